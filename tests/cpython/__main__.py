"""Run CPython's own import tests against loadstone, on every supported Python that is on PATH.

    python tests/cpython [--full] [-v] [3.12 ...]

On each, run_suite.py runs three times: bound to loadstone; the same with loadstone in charge of the `import`
statement; and standard-library tests without and with `loadstone.takeover()`.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SRC = HERE.parent.parent / "src"
VERSIONS = sorted((path.stem for path in (HERE / "expected").glob("3.*.json")), key=lambda v: int(v[2:]))
TAKEOVER = ("--takeover", "--takeover-call", "loadstone:takeover")

# A virtual environment is not what to test with: some of the standard library's tests see the difference.
PROBE = """
import sys, test.test_importlib
sys.exit(sys.prefix != sys.base_prefix or "%d.%d" % sys.version_info[:2] != sys.argv[1])
"""


def find_interpreter(version: str) -> str | None:
    """The first ``pythonX.Y`` on PATH that runs, is no virtual environment and has CPython's tests."""
    for directory in os.get_exec_path():
        candidate = os.path.join(directory, f"python{version}")
        if os.access(candidate, os.X_OK):
            probe = subprocess.run([candidate, "-c", PROBE, version], capture_output=True, check=False)
            if probe.returncode == 0:
                return candidate
    return None


def run(python: str, options: tuple[str, ...], verbose: bool) -> bool:
    """Run the suite once; show its last line, or all of its output if it fails."""
    command = [python, str(HERE / "run_suite.py"), "--src", str(SRC), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = done.stdout.splitlines()
    passed = done.returncode == 0
    print("\n".join(lines if verbose or not passed else lines[-1:]), flush=True)
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("versions", nargs="*", metavar="X.Y", help=f"instead of {', '.join(VERSIONS)}")
    parser.add_argument("--full", action="store_true", help="all standard-library tests under takeover")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the whole output")
    arguments = parser.parse_args()
    takeover = TAKEOVER if arguments.full else (*TAKEOVER, "--quick")
    outcomes = []
    for version in arguments.versions or VERSIONS:
        python = find_interpreter(version)
        if python is None:
            print(f"Python {version}: skipped, not on PATH together with its own tests", flush=True)
            continue
        print(f"Python {version}: {python}", flush=True)
        outcomes += [run(python, options, arguments.verbose) for options in ((), ("--full-stack",), takeover)]
    print(f"{sum(outcomes)} of {len(outcomes)} runs as expected")
    return 0 if outcomes and all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
