"""What is wrong with the imports of an environment: the command line, and the same in a program."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import loadstone

FILES = {
    "random.py": "",
    "versions.py": """
import pkg_resources

def version(name):
    return pkg_resources.get_distribution(name).version
""",
}


class Finder:
    """A finder, which is to be put on the chain as an instance."""

    def find_spec(self, fullname, path=None, target=None):
        return None


with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    for name, source in FILES.items():
        Path(folder, name).write_text(source)

    done = subprocess.run(
        [sys.executable, "-m", "loadstone", "doctor", "--only", "LS141,LS172"],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    # The first lines say which Python it is.
    _, _, findings = done.stdout.partition("\n\n")
    print(findings.replace(folder + os.sep, ""), end="")
    print("exit status", done.returncode)
    print()

    sys.meta_path.append(Finder)
    sys.path.append(Path(folder))
    diagnosis = loadstone.doctor(only=["LS102", "LS154"])
    for finding in diagnosis.findings:
        print(finding.code, finding.severity, finding.title)
    print("ok" if diagnosis.ok else "not ok")
