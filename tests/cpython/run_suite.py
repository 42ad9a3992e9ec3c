#!/usr/bin/env python3
"""Acceptance harness: CPython's own import tests against a re-implementation of importlib.

Mode 1 (default)   test_importlib, bound to PKG instead of the stdlib's importlib
Mode 2 --takeover  ordinary stdlib test modules with PKG's __import__ in charge, compared to a baseline

    python3.12 run_suite.py --package NAME [--src DIR] [--json OUT] [--only RE]
    python3.12 run_suite.py --takeover [--quick] --package NAME [--src DIR] ...

Exit status 1 if a test fails that known.py does not name, or if what known.py says is stale.
See README.md beside this file.  Nothing here needs anything but the standard library.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.path.join(HERE, '.cache')        # baselines and virtual environments; not part of the project
VER = sys.version_info[:2]
VERSTR = '%d.%d' % VER
EXPECTED_FILE = os.path.join(HERE, 'expected', VERSTR + '.json')

# ======================================================================================
# What is left out of mode 1, and why.  (first-version, last-version, regex on the id, reason)
# The id is MODULE.CLASS.METHOD below test.test_importlib, with Source_ renamed to PKG_.
# ======================================================================================
EXCLUDE = [
    ((3, 10), (3, 99), r'^test_locks\.',
     'private _bootstrap._ModuleLock/_DeadlockError/_get_module_lock/_module_locks: lock objects are not '
     'reachable publicly (their visible behaviour is test_threaded_import and test_api, both counted)'),
    ((3, 12), (3, 99), r'^import_\.test_helpers\.',
     'private _bootstrap_external._fix_up_module/_bless_my_loader: called only by C code, of the '
     "interpreter's own importlib"),
    ((3, 10), (3, 11), r'^test_spec\.PKG_ModuleReprTests\.',
     "private _bootstrap._module_repr: module.__repr__ in C calls the interpreter's own copy, never PKG's"),
    ((3, 10), (3, 99), r'^source\.test_finder\..*\.test_invalidate_caches$',
     'reads and writes the private attribute FileFinder._path_mtime (the public effect of '
     'invalidate_caches() is counted in test_namespace_pkgs and test_api)'),
    ((3, 10), (3, 99), r'^test_api\.FrozenImportlibTests\.test_no_frozen_importlib$',
     "asks whether the stdlib's importlib can be built without _frozen_importlib; true of any PKG"),
    ((3, 12), (3, 99), r'^test_namespace_pkgs\.SingleNamespacePackage\.test_simple_repr$',
     "'(namespace)' in a module's repr: module.__repr__ in C asks the interpreter's own importlib, which "
     'knows its own NamespaceLoader only'),
    ((3, 13), (3, 99), r'^extension\.test_loader\.NonModuleExtensionTests\.test_nonmodule_cases$',
     'runs _test_nonmodule_cases.py in a subprocess, where it would test the stdlib; the harness loads '
     'that file directly instead and counts its tests'),
    ((3, 13), (3, 99), r'^test_util\.MiscTests\.test_atomic_write_',
     'private _bootstrap_external._write_atomic, called with a path of the test\'s own'),
    ((3, 14), (3, 99), r'^test_threaded_import\..*\.(test_submodule_enters_cross_thread_cycle_after_parents_resolved'
     r'|test_parent_removed_before_submodule_is_loaded)$',
     'replaces the private function _bootstrap._resolve_parents'),
]

# Test modules about parts of the layout that PKG may lack; run when PKG has that submodule.
OPTIONAL = [
    (r'^(resources\.|test_(compatibilty_files|contents|files|open|path|read|reader|resource)$)', 'resources',
     'importlib.resources/readers: not part of the layout to re-implement'),
    (r'^(metadata\.|test_(main|metadata_api|zip)$)', 'metadata',
     'importlib.metadata: not part of the layout to re-implement'),
]

# Modules whose tests import with the import STATEMENT: each test runs with PKG.__import__ as
# builtins.__import__ and with PKG.machinery's finders in sys.meta_path/sys.path_hooks.
STATEMENT_MODULES = {'test_namespace_pkgs', 'test_pkg_import', 'test_threaded_import'}

# Text changes made to the test files as they are loaded (never on disk): (module, regex, replacement, why)
REWRITE = [
    ('test_spec', r'\._set_fileattr\b', '.has_location',
     'private ModuleSpec._set_fileattr -> its public property'),
    ('test_lazy', r'\butil\._LazyModule\b', 'types.ModuleType',
     'private util._LazyModule, used in one isinstance check -> ModuleType'),
    ('test_abc', r'\bmachinery = self\.abc\.machinery\b', 'machinery = globals()["machinery"][self._KIND]',
     'importlib.abc.machinery, an accident of importlib.abc\'s own imports -> PKG.machinery'),
    ('test_abc', r'\bdel self\.abc\.(\w+)', r'__harness__.discard(self.abc, "\1")',
     'the test deletes what abc.__getattr__ cached in the module; PKG.abc need not cache'),
    ('test_threaded_import', r'script_helper\.assert_python_ok\(fn\)',
     'script_helper.assert_python_ok("-c", __harness__.boot(fn))',
     'the script runs in a new interpreter: put PKG in charge there too'),
    ('test_threaded_import', r'import sys, importlib\._bootstrap as _b',
     lambda m: 'import sys; _b = sys.modules[%r]' % CFG['lock_module'], 'where the import locks live'),
    ('test_util', r'(?m)^( {12,})from importlib\.(util|machinery) import ',
     lambda m: '%s__import__("sys").path.append(%r); from %s.%s import ' % (
         m.group(1), CFG.get('src') or '', CFG['package'], m.group(2)),
     'code for a subinterpreter: import from PKG there'),
    ('test_util', r"(?m)^( +)if excsnap\.type\.__name__ == 'ImportError':\n( +)raise ImportError\(excsnap\.msg\)\n",
     r"\1if excsnap.type.__name__ != 'ImportError': raise RuntimeError(excsnap.formatted)\n"
     r"\1raise ImportError(excsnap.msg)\n",
     'any other exception in the subinterpreter passed unseen: let it fail the test (3.13)'),
    ('test_util', r"(?m)^( +)if m := self\.ERROR\.match\(str\(exc\)\):\n(.*\n)( +raise ImportError\(modname\)\n)",
     r"\1if m := self.ERROR.match(str(exc)):\n\2\3\1raise\n",
     'the same (3.12)'),
]

# ======================================================================================
# Mode 2: which stdlib test modules.  (name, quick?, seconds allowed)
# ======================================================================================
TAKEOVER_CORE = [
    ('test_lazy_import', 1, 200), ('test_import', 1, 150), ('test_importlib', 0, 240), ('test_pkgutil', 1, 60), ('test_runpy', 1, 90),
    ('test_zipimport', 1, 180), ('test_zipimport_support', 1, 60), ('test_modulefinder', 1, 60),
    ('test_imp', 1, 60), ('test_pkg', 1, 60), ('test_module', 1, 60), ('test_frozen', 1, 60),
    ('test_pyclbr', 1, 60), ('test_py_compile', 1, 90), ('test_cmd_line_script', 0, 120),
    ('test_compileall', 0, 240), ('test_site', 0, 120), ('test_zipapp', 0, 60), ('test_source_encoding', 0, 90),
    ('test_reprlib', 1, 60), ('test_threadedtempfile', 0, 60),
]
TAKEOVER_ORDINARY = [
    ('test_json', 1, 120), ('test_email.test_email', 0, 120), ('test_inspect', 1, 120), ('test_pickle', 0, 180),
    ('test_dataclasses', 1, 90), ('test_typing', 1, 90), ('test_asyncio.test_queues', 1, 60),
    ('test_asyncio.test_locks', 0, 60), ('test_asyncio.test_subprocess', 0, 120), ('test_unittest', 0, 120),
    ('test_logging', 0, 180), ('test_sqlite3', 0, 120), ('test_sqlite', 0, 120), ('test_ctypes', 0, 120),
    ('test_collections', 0, 90), ('test_functools', 1, 90), ('test_enum', 0, 90), ('test_abc', 1, 60),
    ('test_contextlib', 1, 60), ('test_warnings', 1, 90), ('test_threading', 0, 150), ('test_traceback', 0, 90),
    ('test_types', 1, 60), ('test_codecs', 0, 90), ('test_argparse', 0, 90), ('test_configparser', 0, 60),
    ('test_xml_etree', 0, 90), ('test_zipfile', 0, 240), ('test_weakref', 0, 90), ('test_ast', 0, 150),
    ('test_pydoc', 0, 120), ('test_doctest', 0, 90), ('test_builtin', 1, 90), ('test_super', 1, 60),
    ('test_copy', 1, 60), ('test_string', 0, 60), ('test_tomllib', 1, 60), ('test_hashlib', 0, 90),
    ('test_tempfile', 0, 60), ('test_datetime', 0, 240), ('test_decimal', 0, 180), ('test_pdb', 0, 150),
    ('test_trace', 0, 90), ('test_profile', 0, 60), ('test_code', 0, 60), ('test_future', 0, 60),
    ('test_future_stmt', 0, 60), ('test_gc', 0, 90), ('test_atexit', 0, 60),
    ('test_subprocess', 0, 240), ('test_multiprocessing_spawn.test_misc', 0, 150),
    ('test_concurrent_futures.test_init', 0, 120), ('test_concurrent_futures.test_process_pool', 0, 180),
    ('test__xxsubinterpreters', 0, 120), ('test_interpreters', 0, 150), ('test_sys', 0, 120),
]

# driven by their own test_main() until then, not by unittest's loader
SINCE_312 = {'test_xml_etree', 'test_decimal'}
# hang in 3.11.7 itself, also under its own test runner
SINCE_312 |= {'test__xxsubinterpreters', 'test_interpreters'}

CFG = {}            # set in a child process


# ======================================================================================
# Child side, both modes
# ======================================================================================
class Out:
    """Appends events, one JSON object a line, for the parent to read."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.pid = os.getpid()

    def __call__(self, ev, **kw):
        if os.getpid() == self.pid:         # a test may fork
            kw['ev'] = ev
            kw['t'] = time.monotonic()
            os.write(self.fd, (json.dumps(kw) + '\n').encode())


def short_id(test, prefix):
    ident = test.id()
    if ident.startswith(prefix):
        ident = ident[len(prefix):]
    return re.sub(r'(^|\.)Source_', r'\1PKG_', ident)


def make_result_class(out, prefix, on_start, on_stop):
    import traceback
    import unittest
    try:                                    # so that nothing is first imported in the middle of a test
        raise ValueError
    except ValueError:
        traceback.format_exc()

    class Result(unittest.TestResult):
        def __init__(self):
            super().__init__()
            self.state = None
            self.names = {}

        def _id(self, test):
            return self.names.get(id(test)) or short_id(test, prefix)

        def startTest(self, test):
            super().startTest(test)
            self.state = ['pass', '']
            out('start', id=self._id(test))
            try:
                on_start(test)
            except BaseException as e:              # PKG cannot even be put in charge: the test fails
                def cannot(error=e):
                    raise error
                test.setUp = cannot

        def stopTest(self, test):
            on_stop(test)
            super().stopTest(test)
            state = self.state or ['pass', '']
            self.state = None
            out('end', id=self._id(test), outcome=state[0], detail=state[1][-3000:])

        def _exc(self, err):
            return ''.join(traceback.format_exception(*err, limit=-12))

        def _set(self, outcome, detail=''):
            if self.state and self.state[0] in ('fail', 'error') and outcome != 'error':
                return
            self.state = [outcome, detail]

        def addError(self, test, err):
            if isinstance(test, unittest.TestCase) and type(test).__name__ != '_ErrorHolder':
                self._set('error', self._exc(err))
            else:
                out('fixture', id=test.id(), detail=self._exc(err)[-3000:])

        def addFailure(self, test, err):
            self._set('fail', self._exc(err))

        def addSubTest(self, test, subtest, err):
            if err is not None:
                kind = 'fail' if issubclass(err[0], test.failureException) else 'error'
                self._set(kind, str(subtest) + '\n' + self._exc(err))

        def addSkip(self, test, reason):
            if hasattr(test, '_testMethodName'):    # 3.12.1 skips without startTest()
                self._set('skip', reason)
            else:
                out('fixtureskip', id=test.id(), detail=reason)

        def addExpectedFailure(self, test, err):
            self._set('pass', 'expected failure')

        def addUnexpectedSuccess(self, test):
            self._set('fail', 'unexpected success')

    return Result()


def flatten(suite):
    import unittest
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def prepare_process(cfg):
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or '.') != HERE or p == '']
    # what the interpreter's own test run has long loaded: no test shall be the first to import it, least of
    # all while it has emptied sys.meta_path or sys.path and PathFinder.invalidate_caches() needs it
    import difflib  # noqa: F401
    import faulthandler
    import importlib.metadata
    import importlib.readers
    import importlib.resources
    import linecache  # noqa: F401
    import pprint  # noqa: F401
    import traceback  # noqa: F401
    import unittest
    import unittest.mock  # noqa: F401
    # as under python -m test; spawned children of multiprocessing leave such a __main__ alone
    sys.modules['__main__'].__spec__ = importlib.util.find_spec('test.__main__')
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    from test import support
    support.use_resources = []
    support.verbose = False
    support.failfast = False


def run_tests(tests, cfg, out, prefix, on_start=lambda t: None, on_stop=lambda t: None):
    import unittest
    result = make_result_class(out, prefix, on_start, on_stop)
    seen = {}
    chosen = []
    only = re.compile(cfg['only']) if cfg.get('only') else None
    skip = set(cfg.get('skip_ids') or ())
    wanted = set(cfg['ids']) if cfg.get('ids') else None
    excluded = []
    for test in tests:
        ident = short_id(test, prefix)
        seen[ident] = seen.get(ident, 0) + 1
        if seen[ident] > 1:
            ident = '%s#%d' % (ident, seen[ident])
        result.names[id(test)] = ident
        if type(test).__name__ == '_FailedTest':
            out('loaderror', id=ident, detail=str(getattr(test, '_exception', ''))[-3000:])
            continue
        full = (cfg['module'] + '.' + ident) if cfg['mode'] == 'suite' else ident
        result.names[id(test)] = full
        reason = exclusion(full) if cfg['mode'] == 'suite' else None
        if reason:
            excluded.append([full, reason])
            if not cfg.get('include_private'):
                continue
        if (only and not only.search(full)) or full in skip or (wanted is not None and full not in wanted):
            continue
        chosen.append(test)
    out('collected', ids=[result.names[id(t)] for t in chosen], excluded=excluded)
    unittest.TestSuite(chosen).run(result)
    out('done')


def exclusion(full_id):
    for lo, hi, pat, reason in EXCLUDE:
        if lo <= VER <= hi and re.search(pat, full_id):
            return reason
    return None


# --------------------------------------------------------------------------------------
# Child, mode 1: test_importlib bound to PKG
# --------------------------------------------------------------------------------------
PUBLIC_SUBMODULES = ('abc', 'machinery', 'util')


class Bound:
    """Everything that binds the test files to PKG."""

    def __init__(self, cfg, out):
        import builtins
        import importlib
        self.cfg, self.out = cfg, out
        self.package = cfg['package']
        self.loading = False
        self.real_import = builtins.__import__
        self.builtins = builtins
        self.pkg = importlib.import_module(self.package)
        self.missing_sub = {}
        subs = {}
        for name in (*PUBLIC_SUBMODULES, 'resources', 'metadata', 'readers', 'simple'):
            try:
                subs[name] = importlib.import_module(self.package + '.' + name)
            except ImportError as e:
                subs[name] = None
                if name in PUBLIC_SUBMODULES:
                    self.missing_sub[name] = repr(e)
        self.subs = subs
        bound = self

        class Proxy:
            """PKG, or a submodule of it, as the test files see it: the public names, then the shims."""

            def __init__(self, name, target, shim):
                object.__setattr__(self, '_h', (name, target, shim))

            def __getattr__(self, attr):
                name, target, shim = object.__getattribute__(self, '_h')
                if attr in shim and not (cfg.get('include_private') and hasattr(target, attr)):
                    return shim[attr]
                if target is not None:
                    try:
                        return getattr(target, attr)
                    except AttributeError:
                        pass
                if bound.loading and not attr.startswith('__'):
                    return bound.placeholder(name, attr)
                raise AttributeError('%s has no attribute %r' % (name, attr))

            def __setattr__(self, attr, value):
                setattr(object.__getattribute__(self, '_h')[1], attr, value)

            def __delattr__(self, attr):
                delattr(object.__getattribute__(self, '_h')[1], attr)

            def __dir__(self):
                return dir(object.__getattribute__(self, '_h')[1])

            def __repr__(self):
                return '<harness view of %s>' % object.__getattribute__(self, '_h')[0]

        self.proxy = {}
        for name in PUBLIC_SUBMODULES:
            self.proxy[name] = Proxy('%s.%s' % (self.package, name), subs[name], {})
        shim = dict(self.proxy)
        shim['_bootstrap'] = self.bootstrap_shim()
        shim['_bootstrap_external'] = self.bootstrap_external_shim()
        shim['_pack_uint32'] = lambda x: (int(x) & 0xFFFFFFFF).to_bytes(4, 'little')
        shim['_unpack_uint32'] = lambda b: int.from_bytes(b, 'little')
        for name in ('resources', 'metadata', 'readers', 'simple'):
            if subs[name] is not None:
                shim[name] = subs[name]
        self.proxy[''] = Proxy(self.package, self.pkg, shim)

    def placeholder(self, where, attr):
        """Stands for a missing public name while a test file loads, so that only its users fail."""
        message = '%s has no attribute %r' % (where, attr)

        def __new__(cls, *a, **k):
            raise AttributeError(message)
        return type(attr, (), {'__new__': __new__, '__harness_missing__': message})

    def lock_module(self):
        """Where the import locks live: the interpreter's own, unless PKG has a _bootstrap of its own."""
        own = sys.modules.get(self.package + '._bootstrap')
        return own if own is not None else sys.modules['_frozen_importlib']

    # ---- shims: private names that the test files use -> public routes into PKG -----------------
    def bootstrap_shim(self):
        bound = self

        class OneSpecFinder:
            def __init__(self, spec):
                self.spec = spec

            def find_spec(self, name, path=None, target=None):
                return self.spec if name == self.spec.name else None

        def with_spec(spec, call):
            finder = OneSpecFinder(spec)
            sys.meta_path.insert(0, finder)
            try:
                return call()
            finally:
                if finder in sys.meta_path:
                    sys.meta_path.remove(finder)

        def _find_spec(name, path, target=None):
            if path is not None:
                raise NotImplementedError('the harness maps _find_spec(name, None) only')
            return bound.proxy['util'].find_spec(name)

        def _load(spec):
            return with_spec(spec, lambda: bound.pkg.import_module(spec.name))

        def _exec(spec, module):
            if module.__name__ != spec.name:        # reload() looks modules up by this name
                module.__name__ = spec.name
            return with_spec(spec, lambda: bound.pkg.reload(module))

        class Shim:
            """_bootstrap, by public routes."""
            def __getattr__(self, name):            # test_locks reads these at import; all excluded
                if bound.loading:
                    return bound.placeholder('_bootstrap', name)
                raise AttributeError('no public counterpart of _bootstrap.%s' % name)
        shim = Shim()
        locks = bound.lock_module()
        for name in ('_blocking_on', '_ModuleLock', '_module_locks'):
            if bound.cfg['module'] == 'test_threaded_import' and hasattr(locks, name):
                setattr(shim, name, getattr(locks, name))
        shim._find_spec = _find_spec
        shim._load = shim._load_unlocked = _load
        shim._exec = _exec
        return shim

    def bootstrap_external_shim(self):
        bound = self

        def _get_supported_file_loaders():
            m = bound.proxy['machinery']
            return [(m.ExtensionFileLoader, m.EXTENSION_SUFFIXES),
                    (m.SourceFileLoader, m.SOURCE_SUFFIXES),
                    (m.SourcelessFileLoader, m.BYTECODE_SUFFIXES)]

        def _install(_bootstrap):
            m = bound.proxy['machinery']
            sys.path_hooks.append(m.FileFinder.path_hook(*_get_supported_file_loaders()))
            sys.meta_path.append(m.PathFinder)

        class Shim:
            """_bootstrap_external, by public routes."""
            def __getattr__(self, name):
                for sub in ('util', 'machinery'):   # e.g. _bootstrap_external.cache_from_source
                    if not name.startswith('_') and hasattr(bound.subs[sub], name):
                        return getattr(bound.subs[sub], name)
                raise AttributeError('no public counterpart of _bootstrap_external.%s' % name)
        shim = Shim()
        shim._get_supported_file_loaders = _get_supported_file_loaders
        shim._install = _install
        shim._os = os
        shim._path_join = os.path.join
        return shim

    # ---- what replaces test.test_importlib.util's own functions ----------------------------------
    def patch_util(self):
        import importlib

        from test.test_importlib import util as tutil

        def import_importlib(module_name):
            head, _, tail = module_name.partition('.')
            if head != 'importlib':                 # test_raises_ModuleNotFoundError
                return {'Frozen': None, 'Source': self.pkg.import_module(module_name)}
            return {'Frozen': importlib.import_module(module_name), 'Source': self.proxy[tail]}

        tutil.import_importlib = import_importlib
        try:
            pkg_import = self.pkg.__import__
        except AttributeError:
            def pkg_import(*a, **k):
                raise AttributeError('%s has no attribute __import__' % self.package)
        self.pkg_import = pkg_import
        tutil.__import__ = {'Frozen': staticmethod(self.builtins.__import__),
                            'Source': staticmethod(pkg_import)}
        tutil.source_importlib = self.proxy['']

        # NB: specialize_class/split_frozen/test_both stay as they are: the kind 'Source' is what is
        # bound to PKG, the kind 'Frozen' is made too (the test files unpack both) and never run.

    def redirect(self, name, globals=None, locals=None, fromlist=(), level=0):
        """__import__ of the test files: importlib means PKG."""
        if level == 0 and (name == 'importlib' or name.startswith('importlib.')):
            tail = name.partition('.')[2]
            if tail in ('', '_bootstrap', '_bootstrap_external', *PUBLIC_SUBMODULES):
                if not fromlist or not tail:
                    return self.proxy['']
                if tail in self.proxy:
                    return self.proxy[tail]
                return getattr(self.proxy[''], tail)
            sub = tail.partition('.')[0]
            if self.subs.get(sub) is not None:
                module = self.builtins.__import__('%s.%s' % (self.package, tail), None, None, ['*'])
                return module if fromlist else self.proxy['']
        return self.builtins.__import__(name, globals, locals, fromlist, level)

    def install_loader(self):
        import importlib.abc
        import importlib.machinery
        import types
        bound = self
        prefix = 'test.test_importlib.'
        namespace = dict(vars(self.builtins))
        namespace['__import__'] = self.redirect
        namespace['__harness__'] = types.SimpleNamespace(
            boot=self.boot_script,
            discard=lambda proxy, name: vars(object.__getattribute__(proxy, '_h')[1]).pop(name, None))
        self.used_rewrites = []

        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname):
                with open(self.path, 'rb') as f:
                    text = importlib.util.decode_source(f.read())
                rel = fullname[len(prefix):]
                for module, pattern, repl, why in REWRITE:
                    if module == rel:
                        text, n = re.subn(pattern, repl, text)
                        if n:
                            bound.used_rewrites.append((rel, why, n))
                return compile(text, self.path, 'exec', dont_inherit=True)

            def exec_module(self, module):
                module.__dict__['__builtins__'] = namespace
                exec(self.get_code(module.__name__), module.__dict__)

        class Finder(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path=None, target=None):
                if not name.startswith(prefix) or path is None:
                    return None
                last = name.rpartition('.')[2]
                if not last.startswith(('test_', '_test_')):
                    return None
                for entry in path:
                    filename = os.path.join(entry, last + '.py')
                    if os.path.isfile(filename):
                        return importlib.util.spec_from_file_location(
                            name, filename, loader=Loader(name, filename))
                return None

        import importlib.util
        sys.meta_path.insert(0, Finder())

    def boot_script(self, filename):
        return ('import sys, builtins; sys.path.append(%r)\n'
                'import %s as _pkg\n'
                'builtins.__import__ = _pkg.__import__\n'
                'exec(compile(open(%r).read(), %r, "exec"))\n'
                % (self.cfg.get('src') or '', self.package, filename, filename))

    # ---- PKG in charge of the import statement ----------------------------------------------------
    def stack_on(self, test=None):
        m = self.proxy['machinery']
        self.saved = (self.builtins.__import__, sys.meta_path, sys.meta_path[:], sys.path_hooks,
                      sys.path_hooks[:], sys.path_importer_cache, dict(sys.path_importer_cache))
        ours = {'BuiltinImporter': m.BuiltinImporter, 'FrozenImporter': m.FrozenImporter,
                'PathFinder': m.PathFinder}
        sys.meta_path[:] = [ours.get(getattr(f, '__name__', ''), f) for f in sys.meta_path]
        hook = m.FileFinder.path_hook((m.ExtensionFileLoader, m.EXTENSION_SUFFIXES),
                                      (m.SourceFileLoader, m.SOURCE_SUFFIXES),
                                      (m.SourcelessFileLoader, m.BYTECODE_SUFFIXES))
        sys.path_hooks[:] = [hook if 'path_hook_for_FileFinder' in repr(h) else h for h in sys.path_hooks]
        sys.path_importer_cache.clear()
        self.builtins.__import__ = self.pkg_import

    def stack_off(self, test=None):
        if getattr(self, 'saved', None):
            imp, mp, mp0, ph, ph0, pic, pic0 = self.saved
            self.saved = None
            self.builtins.__import__ = imp
            mp[:] = mp0
            ph[:] = ph0
            pic.clear()
            pic.update(pic0)
            sys.meta_path, sys.path_hooks, sys.path_importer_cache = mp, ph, pic


def child_suite(cfg):
    out = Out(cfg['out'])
    prepare_process(cfg)
    import importlib
    import traceback
    import unittest

    import test.test_importlib.util  # noqa: F401  (the real one, before PKG is anywhere near)
    if cfg.get('src'):
        sys.path.insert(0, cfg['src'])
    try:
        bound = Bound(cfg, out)
    except BaseException:
        out('pkgerror', detail=traceback.format_exc()[-3000:])
        return
    finally:
        if cfg.get('src'):                       # last on sys.path from here on
            sys.path.remove(cfg['src'])
            sys.path.append(cfg['src'])
    for name, err in bound.missing_sub.items():
        out('missing', name='%s.%s' % (cfg['package'], name), detail=err)
    for pattern, sub, reason in OPTIONAL:
        if re.search(pattern, cfg['module']) and bound.subs.get(sub) is None:
            out('optional', reason=reason)
            return
    CFG['lock_module'] = cfg['lock_module'] = bound.lock_module().__name__
    if CFG['lock_module'] == 'importlib._bootstrap':
        CFG['lock_module'] = '_frozen_importlib'
    bound.patch_util()
    bound.install_loader()
    full = 'test.test_importlib.' + cfg['module']
    bound.loading = True
    try:
        module = importlib.import_module(full)
    except unittest.SkipTest as e:
        out('modskip', reason=str(e))
        return
    except BaseException:
        out('loaderror', id=full, detail=traceback.format_exc()[-3000:])
        return
    finally:
        bound.loading = False
    out('rewrites', used=bound.used_rewrites)
    loader = unittest.TestLoader()
    suite = []
    classes = []
    for obj in list(vars(module).values()):
        if (isinstance(obj, type) and issubclass(obj, unittest.TestCase) and obj not in classes
                and obj is not unittest.TestCase):
            if getattr(obj, '_KIND', None) == 'Frozen':
                continue
            if getattr(obj, '_KIND', None) is None and obj.__module__ != full:
                continue                         # a base class imported from elsewhere
            classes.append(obj)
            suite.append(loader.loadTestsFromTestCase(obj))
    if cfg['module'] in STATEMENT_MODULES or cfg.get('full_stack'):
        run_tests(flatten(suite), cfg, out, full + '.', bound.stack_on, bound.stack_off)
    else:
        run_tests(flatten(suite), cfg, out, full + '.')


def child_names(cfg):
    """Which of importlib's public names PKG has, which are simply the stdlib's own objects, and how much
    of the stdlib's importlib runs while PKG imports something."""
    import collections
    import importlib.abc
    import importlib.machinery
    import importlib.util
    import types
    out = Out(cfg['out'])
    prepare_process(cfg)
    if cfg.get('src'):
        sys.path.insert(0, cfg['src'])
    bound = Bound(cfg, out)
    missing, same, own = [], [], []
    for sub, module in (('', importlib), ('abc', importlib.abc), ('machinery', importlib.machinery),
                        ('util', importlib.util)):
        target = bound.subs[sub] if sub else bound.pkg
        names = [n for n, v in vars(module).items()
                 if not n.startswith('_') and not isinstance(v, types.ModuleType)
                 and (not callable(v) or str(getattr(v, '__module__', '')).startswith(('importlib', '_frozen_imp')))
                 and n not in ('SourceFileLoader_', 'contextmanager')]
        for n in sorted(names + (['__import__'] if not sub else [])):
            full = (sub + '.' if sub else '') + n
            if not hasattr(target, n):
                missing.append(full)
            elif callable(getattr(module, n)):
                (same if getattr(target, n) is getattr(module, n) else own).append(full)
            else:
                own.append(full)                # a constant
    count = collections.Counter()
    stdlib_dir = os.path.dirname(importlib.__file__)
    try:
        pkg_dirs = [os.path.abspath(p) for p in bound.pkg.__path__]
    except AttributeError:
        pkg_dirs = [os.path.dirname(os.path.abspath(getattr(bound.pkg, '__file__', '') or '/nowhere'))]
    os.makedirs('hx_pkg/sub')
    for name in ('hx_pkg/__init__.py', 'hx_pkg/sub/__init__.py', 'hx_pkg/sub/mod.py'):
        with open(name, 'w') as f:
            f.write('x = 1\n')
    os.makedirs('hx_ns')
    with open('hx_ns/m.py', 'w') as f:
        f.write('x = 1\n')
    sys.path.insert(0, os.getcwd())
    trace_error = ''
    try:
        bound.pkg_import = bound.pkg.__import__
        bound.stack_on()

        def profile(frame, event, arg):
            if event == 'call':
                name = frame.f_code.co_filename
                if name.startswith('<frozen importlib') or os.path.dirname(name) == stdlib_dir:
                    count['stdlib importlib'] += 1
                    top = frame.f_code.co_name
                    functions[top] += 1
                elif any(name.startswith(d) for d in pkg_dirs):
                    count['package'] += 1
        functions = collections.Counter()
        sys.setprofile(profile)
        try:
            bound.pkg_import('hx_pkg.sub.mod', None, None, ['x'], 0)
            bound.pkg_import('hx_ns.m', None, None, [], 0)
            bound.pkg.reload(sys.modules['hx_pkg.sub'])
            bound.pkg.import_module('.sub.mod', 'hx_pkg')
        finally:
            sys.setprofile(None)
            bound.stack_off()
    except BaseException as e:
        functions = collections.Counter()
        trace_error = repr(e)
    out('names', missing=missing, same=same, own=own, frames=dict(count),
        functions=functions.most_common(8), error=trace_error)


# --------------------------------------------------------------------------------------
# Child, mode 2
# --------------------------------------------------------------------------------------
def do_takeover(package, src, call):
    """Put PKG in charge of this process (also run by the .pth of --deep)."""
    import builtins
    if src:
        sys.path.insert(0, src)
    try:
        pkg = __import__(package)
        for part in package.split('.')[1:]:
            pkg = getattr(pkg, part)
        if call:
            modname, _, attr = call.partition(':')
            mod = __import__(modname, None, None, ['*'])
            for part in attr.split('.'):
                mod = getattr(mod, part)
            mod()
        elif callable(getattr(pkg, 'takeover', None)):
            pkg.takeover()
        else:
            builtins.__import__ = pkg.__import__
    finally:
        if src and src in sys.path:
            sys.path.remove(src)
            sys.path.append(src)


def child_takeover(cfg):
    out = Out(cfg['out'])
    import traceback
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or '.') != HERE or p == '']
    if cfg['takeover'] and not cfg.get('deep'):
        try:
            do_takeover(cfg['package'], cfg.get('src'), cfg.get('takeover_call'))
        except BaseException:
            out('pkgerror', detail=traceback.format_exc()[-3000:])
            return
    prepare_process(cfg)
    import unittest
    name = 'test.' + cfg['module']
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName(name)
    except unittest.SkipTest as e:
        out('modskip', reason=str(e))
        return
    except BaseException:
        out('loaderror', id=name, detail=traceback.format_exc()[-3000:])
        return
    run_tests(flatten([suite]), cfg, out, 'test.')


def child_main(path):
    with open(path) as f:
        CFG.update(json.load(f))
    try:
        if CFG['mode'] == 'suite':
            child_suite(CFG)
        elif CFG['mode'] == 'names':
            child_names(CFG)
        else:
            child_takeover(CFG)
    except BaseException:
        import traceback
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)                              # do not wait for threads that a test left behind


# ======================================================================================
# Parent side
# ======================================================================================
class ModuleRun:
    """Runs one test module in child processes until every test has an outcome."""

    def __init__(self, cfg, python, per_test, per_module, env=None, max_restarts=40):
        self.cfg, self.python, self.per_test, self.per_module = cfg, python, per_test, per_module
        self.env, self.max_restarts = env, max_restarts
        self.results = {}
        self.notes = []
        self.excluded = []
        self.collected = []
        self.secs = 0.0

    def run(self):
        started = time.monotonic()
        for _ in range(self.max_restarts):
            left = self.per_module - (time.monotonic() - started)
            if left <= 1:
                self.notes.append(('timeout', 'the module took longer than %ds' % self.per_module))
                break
            if not self.once(left):
                break
        else:
            self.notes.append(('gaveup', 'restarted %d times' % self.max_restarts))
        for ident in self.collected:
            self.results.setdefault(ident, ('notrun', 'not reached'))
        self.secs = time.monotonic() - started
        return self

    def once(self, left):
        """One child.  True: it died in the middle, go on after the test that it died in."""
        work = tempfile.mkdtemp(prefix='harness_')
        cwd = os.path.join(work, 'cwd')
        tmp = os.path.join(work, 'tmp')
        os.mkdir(cwd)
        os.mkdir(tmp)
        cfg = dict(self.cfg, out=os.path.join(work, 'events'), skip_ids=sorted(self.results))
        cfgfile = os.path.join(work, 'cfg.json')
        with open(cfgfile, 'w') as f:
            json.dump(cfg, f)
        env = dict(os.environ, TMPDIR=tmp, **(self.env or {}))
        for name in ('PYTHONDONTWRITEBYTECODE', 'PYTHONPATH', 'PYTHONSTARTUP', 'SOURCE_DATE_EPOCH'):
            env.pop(name, None)
        errfile = os.path.join(work, 'stderr')
        with open(errfile, 'wb') as err:
            proc = subprocess.Popen([self.python, os.path.abspath(__file__), '--_child', cfgfile], cwd=cwd,
                                    env=env, stdin=subprocess.DEVNULL, stdout=err, stderr=err,
                                    start_new_session=True)
            begun = time.monotonic()
            state = {'current': None, 'since': begun, 'pos': 0, 'final': False, 'partial': b''}
            why = None
            while True:
                code = proc.poll()
                self.read(cfg['out'], state)
                if code is not None:
                    self.read(cfg['out'], state)
                    break
                now = time.monotonic()
                if state['current'] and now - state['since'] > self.per_test:
                    why = 'timeout: still running after %ds' % self.per_test
                elif now - begun > left:
                    why = 'timeout: the module ran out of its %ds' % self.per_module
                elif not state['current'] and not state['final'] and now - state['since'] > self.per_test:
                    why = 'timeout: nothing happened for %ds outside a test' % self.per_test
                if why:
                    try:
                        proc.send_signal(signal.SIGUSR1)        # a traceback of every thread to stderr
                        time.sleep(0.5)
                    except OSError:
                        pass
                    break
                time.sleep(0.05)
            # the child leads a session of its own: whatever its tests left behind goes with it
            try:
                os.killpg(proc.pid, signal.SIGKILL)
            except OSError:
                pass
            proc.wait()
        with open(errfile, 'rb') as f:
            tail = f.read()[-2500:].decode('utf-8', 'replace')
        self.cleanup(work)
        if state['current']:
            if why:
                self.results[state['current']] = ('timeout', why + '\n' + tail)
            else:
                self.results[state['current']] = ('crash', 'exit %s\n%s' % (code, tail))
            return True
        if not state['final']:
            self.notes.append(('died', '%s, exit %s, outside any test\n%s' % (why, proc.returncode, tail)))
        return False

    def read(self, path, state):
        try:
            with open(path, 'rb') as f:
                f.seek(state['pos'])
                data = f.read()
        except OSError:
            return
        if not data:
            return
        state['pos'] += len(data)
        data = state['partial'] + data
        lines = data.split(b'\n')
        state['partial'] = lines.pop()
        for line in lines:
            e = json.loads(line)
            ev = e['ev']
            state['since'] = time.monotonic()
            if ev == 'start':
                state['current'], state['begin'] = e['id'], e['t']
            elif ev == 'end':
                state['current'] = None
                self.results[e['id']] = (e['outcome'], e['detail'])
            elif ev == 'collected':
                if not self.collected:
                    self.collected = e['ids']
                self.excluded = e['excluded']
            elif ev == 'done':
                state['final'] = True
            elif ev in ('modskip', 'optional'):
                self.notes.append((ev, e['reason']))
                state['final'] = True
            elif ev in ('loaderror', 'pkgerror'):
                self.notes.append((ev, e['detail']))
                state['final'] = True
            elif ev == 'missing':
                self.notes.append((ev, '%s: %s' % (e['name'], e['detail'])))
            elif ev in ('fixture', 'fixtureskip'):
                self.notes.append((ev, '%s\n%s' % (e['id'], e['detail'])))
            elif ev == 'rewrites':
                self.rewrites = e['used']
            elif ev == 'names':
                self.names = e
                state['final'] = True

    @staticmethod
    def cleanup(work):
        import shutil
        shutil.rmtree(work, ignore_errors=True)


def run_all(runs, jobs, say):
    """Run the ModuleRuns, JOBS at a time, longest allowance first."""
    todo = list(runs)
    lock = threading.Lock()

    def worker():
        while True:
            with lock:
                if not todo:
                    return
                run = todo.pop(0)
            run.run()
            with lock:
                say(run)
    threads = [threading.Thread(target=worker) for _ in range(jobs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def suite_modules():
    import test
    base = os.path.join(os.path.dirname(test.__file__), 'test_importlib')
    found = []
    for root, dirs, files in os.walk(base):
        dirs[:] = sorted(d for d in dirs if d != '__pycache__')
        for name in sorted(files):
            if (name.startswith('test_') or name == '_test_nonmodule_cases.py') and name.endswith('.py'):
                rel = os.path.relpath(os.path.join(root, name), base)[:-3].replace(os.sep, '.')
                found.append(rel)
    return found


BAD = ('fail', 'error', 'timeout', 'crash', 'notrun')


def first_line(detail):
    """The line that says most: the last of a traceback, the first of what the harness says itself."""
    lines = [line for line in (detail or '').strip().splitlines() if line.strip()]
    if not lines:
        return ''
    return lines[0 if lines[0].startswith(('timeout:', 'exit ')) else -1].strip()[:160]


def sift(mode, failing, outcomes, complete):
    """Split FAILING (dicts with id and outcome) by the table in known.py.

    Returns what is not in the table, what is, and what in the table is stale: ids of tests that ran
    (OUTCOMES, by id) and did not fail, that stand in it twice, or, in a COMPLETE run, that no test has.
    """
    from known import KNOWN
    unknown, known, stale = {f['id']: f for f in failing}, [], []
    for lo, hi, reason, ids in KNOWN[mode]:
        for i in ids if lo <= VER <= hi else ():
            found = unknown.get(i)
            if found and found['outcome'] in ('fail', 'error', 'notrun'):
                known.append(dict(unknown.pop(i), reason=reason))
            elif not found and (complete if i not in outcomes else outcomes[i] != 'skip'):
                stale.append(i)
    return list(unknown.values()), known, stale


def print_known(known, stale):
    for reason in dict.fromkeys(k['reason'] for k in known):
        print('\nKNOWN: ' + reason)
        for k in known:
            if k['reason'] == reason:
                print('  %-7s %s' % (k['outcome'], k['id']))
    for i in stale:
        print('\nSTALE in known.py, no such test fails: ' + i)


def main_suite(args):
    expected = {}
    if os.path.exists(EXPECTED_FILE) and not args.write_expected:
        with open(EXPECTED_FILE) as f:
            expected = json.load(f)['tests']
    modules = suite_modules()
    if args.only:
        rx = re.compile(args.only)
        ids = [i for i in expected if rx.search(i)]
        if ids:
            modules = [m for m in modules if any(i.startswith(m + '.') for i in ids)]
        expected = {i: o for i, o in expected.items() if rx.search(i)}
    begun = time.monotonic()
    runs = []
    for module in modules:
        cfg = dict(mode='suite', module=module, package=args.package, src=args.src, only=args.only,
                   include_private=args.include_private, full_stack=args.full_stack)
        runs.append(ModuleRun(cfg, sys.executable, args.test_timeout, args.module_timeout))
    # the slow ones first
    slow = {'test_threaded_import': 0, 'source.test_file_loader': 1, 'test_util': 2}
    runs.sort(key=lambda r: slow.get(r.cfg['module'], 9))
    run_all(runs, args.jobs, lambda r: None)
    runs.sort(key=lambda r: r.cfg['module'])
    names = ModuleRun(dict(mode='names', module='names', package=args.package, src=args.src), sys.executable, 60, 60)
    names.names = None
    names = None if args.only else names.run().names

    table, failing, excluded, unexpected_skips, notes, everything = [], [], [], [], [], {}
    totals = dict.fromkeys(('expected', 'ran', 'passed', 'failed', 'errors', 'skipped', 'notrun', 'excluded'), 0)
    optional = []
    for run in runs:
        module = run.cfg['module']
        if any(n[0] == 'optional' for n in run.notes):
            optional.append((module, next(n[1] for n in run.notes if n[0] == 'optional')))
            continue
        results = dict(run.results)
        private = {i for i, _ in run.excluded}
        if args.include_private:
            for i in private & set(results):
                if results[i][0] in BAD:
                    notes.append((module, 'private', '%s: %s (%s)' % (i, results[i][0], first_line(results[i][1]))))
                results.pop(i)
        excluded += run.excluded
        for i in expected:
            if i.startswith(module + '.') and '.' not in i[len(module) + 1:].partition('.')[2]:
                results.setdefault(i, ('notrun', 'not collected'))
        c = dict(passed=0, failed=0, errors=0, skipped=0, notrun=0)
        for i, (outcome, detail) in sorted(results.items()):
            if outcome == 'skip' and expected.get(i) == 'pass':
                unexpected_skips.append(i)
                failing.append(dict(id=i, outcome='skip', detail='skipped, but runs with the reference: ' + detail))
            elif outcome in BAD:
                failing.append(dict(id=i, outcome=outcome, detail=detail))
            key = dict(**{'pass': 'passed', 'fail': 'failed', 'skip': 'skipped', 'notrun': 'notrun'}).get(
                outcome, 'errors')
            c[key] += 1
            everything[i] = outcome
        ran = sum(c.values()) - c['notrun']
        row = dict(module=module, expected=len(results), ran=ran, excluded=len(run.excluded),
                   secs=round(run.secs, 1), **c)
        table.append(row)
        for k in ('expected', 'ran', 'excluded', 'passed', 'failed', 'errors', 'skipped', 'notrun'):
            totals[k] += row[k]
        for kind, detail in run.notes:
            if kind != 'missing' or not any(n[2] == detail for n in notes):
                notes.append((module, kind, detail))

    failing, known, stale = sift('full-stack' if args.full_stack else 'suite', failing,
                                 everything, not args.only)
    secs = time.monotonic() - begun
    countable = totals['expected'] - sum(1 for i, o in everything.items()
                                         if o == 'skip' and i not in unexpected_skips)
    print('Python %s  package %s%s' % (sys.version.split()[0], args.package,
                                       '  [full stack]' if args.full_stack else ''))
    print('%-38s %5s %5s %5s %5s %5s %6s %5s %6s' % (
        'module', 'tests', 'pass', 'fail', 'error', 'skip', 'notrun', 'excl', 'secs'))
    for r in table:
        print('%-38s %5d %5d %5d %5d %5d %6d %5d %6.1f' % (
            r['module'], r['expected'], r['passed'], r['failed'], r['errors'], r['skipped'], r['notrun'],
            r['excluded'], r['secs']))
    print('%-38s %5d %5d %5d %5d %5d %6d %5d %6.1f' % (
        'TOTAL', totals['expected'], totals['passed'], totals['failed'], totals['errors'], totals['skipped'],
        totals['notrun'], totals['excluded'], secs))
    for module, kind, detail in notes:
        if kind not in ('modskip',):
            print('\nNOTE %s: %s: %s' % (module, kind, detail.strip()[-600:]))
    if failing:
        print('\nFAILING (%d)' % len(failing))
        for f in failing:
            print('  %-7s %s   %s' % (f['outcome'], f['id'], first_line(f['detail'])))
    print_known(known, stale)
    reasons = {}
    for i, reason in excluded:
        reasons.setdefault(reason, []).append(i)
    if reasons and not args.only:
        print('\nEXCLUDED (%d)' % len(excluded))
        for reason, ids in reasons.items():
            print('  %4d  %s' % (len(ids), reason))
    for reason in sorted({r for _, r in optional}):
        print('  not run: %s (%d modules)' % (reason, sum(1 for _, r in optional if r == reason)))
    if names:
        print('\nNAMES: %d public names of importlib own, %d the stdlib\'s very objects, %d missing' % (
            len(names['own']), len(names['same']), len(names['missing'])))
        for label in ('missing', 'same'):
            if names[label]:
                print('  %s: %s' % (label, ', '.join(names[label])[:1500]))
        print('  calls while importing a package, a namespace package and reloading: %d in %s, %d in the '
              'stdlib\'s importlib%s%s' % (
                  names['frames'].get('package', 0), args.package, names['frames'].get('stdlib importlib', 0),
                  (' (%s)' % ', '.join('%s %d' % tuple(f) for f in names['functions'])) if names['functions'] else '',
                  ('; stopped by ' + names['error']) if names['error'] else ''))
    if not expected and not args.write_expected:
        print('\nWARNING: no %s: tests that PKG kept from loading are not counted' % EXPECTED_FILE)
    score = 100.0 * totals['passed'] / countable if countable else 0.0
    print('\nSCORE %s %s: %d of %d countable tests pass (%.2f%%), %d excluded, %.0fs' % (
        VERSTR, args.package, totals['passed'], countable, score, totals['excluded'], secs))
    report = dict(python=sys.version.split()[0], package=args.package, totals=totals, countable=countable,
                  score=score, modules=table, failing=failing, known=known, stale=stale, excluded=excluded, notes=notes, seconds=secs,
                  optional_not_run=optional, names=names, tests=everything)
    if args.json:
        with open(args.json, 'w') as f:
            json.dump(report, f, indent=1)
    if args.write_expected:
        with open(EXPECTED_FILE, 'w') as f:
            json.dump(dict(python=sys.version.split()[0], package=args.package, tests=everything,
                           excluded=excluded), f, indent=0, sort_keys=True)
    return 1 if failing or stale else 0


# --------------------------------------------------------------------------------------
# Parent, mode 2
# --------------------------------------------------------------------------------------
PTH = '''import os; exec("if 'HARNESS_TAKEOVER' in os.environ: import harness_boot")
'''
BOOT = '''import json, os, sys
def _boot():
    c = json.loads(os.environ['HARNESS_TAKEOVER'])
    g = {'__name__': 'harness_boot_run', '__file__': c['file']}
    with open(c['file'], encoding='utf-8') as f:
        text = f.read()
    start = text.index('def do_takeover(')
    end = text.index('\\ndef ', start + 5)
    g['sys'] = sys
    exec(compile(text[start:end], c['file'], 'exec'), g)
    g['do_takeover'](c['package'], c['src'], c['call'])
_boot()
'''


def deep_python(args):
    home = os.path.join(CACHE, 'venvs', VERSTR)
    python = os.path.join(home, 'bin', 'python')
    if not os.path.exists(python):
        subprocess.run([sys.executable, '-m', 'venv', '--without-pip', home], check=True)
    site = os.path.join(home, 'lib', 'python' + VERSTR, 'site-packages')
    with open(os.path.join(site, 'harness.pth'), 'w') as f:
        f.write(PTH)
    with open(os.path.join(site, 'harness_boot.py'), 'w') as f:
        f.write(BOOT)
    return python


def main_takeover(args):
    import test
    base = os.path.dirname(test.__file__)
    chosen = []
    for name, quick, limit in TAKEOVER_CORE + TAKEOVER_ORDINARY:
        path = os.path.join(base, *name.split('.'))
        if not (os.path.exists(path + '.py') or os.path.isdir(path)):
            continue
        if (args.quick and not quick) or (name in SINCE_312 and VER < (3, 12)):
            continue
        if args.only and not re.search(args.only, name):
            continue
        chosen.append((name, limit))
    python = deep_python(args) if args.deep else sys.executable
    env = {}
    if args.deep:
        env['HARNESS_TAKEOVER'] = json.dumps(dict(file=os.path.abspath(__file__), package=args.package,
                                                  src=args.src, call=args.takeover_call))

    def make(name, limit, takeover, ids=None):
        cfg = dict(mode='takeover', module=name, package=args.package, src=args.src, takeover=takeover,
                   takeover_call=args.takeover_call, ids=ids, deep=args.deep)
        return ModuleRun(cfg, python, args.test_timeout, limit, env=env if takeover else None)

    def say(run):
        if args.verbose:
            print('  %-9s %-32s %6.1fs %5d tests %s' % (
                'takeover' if run.cfg['takeover'] else 'baseline', run.cfg['module'], run.secs,
                len(run.results), '; '.join(n[0] for n in run.notes)), file=sys.stderr, flush=True)

    begun = time.monotonic()
    version = sys.version.split()[0]
    basefile = args.baseline or os.path.join(CACHE, version + ('-deep' if args.deep else '') + '.json')
    baseline = {}
    if os.path.exists(basefile) and not args.fresh_baseline:
        with open(basefile) as f:
            baseline = json.load(f)
    runs = [make(name, limit, False) for name, limit in chosen if name not in baseline]
    n_base = len(runs)
    run_all(runs, args.jobs, say)
    for run in runs:
        baseline[run.cfg['module']] = dict(results={i: o for i, (o, d) in run.results.items()},
                                           details={i: d for i, (o, d) in run.results.items() if o in BAD},
                                           notes=run.notes, secs=round(run.secs, 1))
    if runs:
        os.makedirs(os.path.dirname(os.path.abspath(basefile)), exist_ok=True)
        with open(basefile, 'w') as f:
            json.dump(baseline, f)
    base_secs = time.monotonic() - begun

    runs = [make(name, limit, True) for name, limit in chosen]
    run_all(runs, args.jobs, say)
    differences, rows = [], []
    for run in sorted(runs, key=lambda r: [c[0] for c in chosen].index(r.cfg['module'])):
        name = run.cfg['module']
        before = baseline[name]['results']
        passed = {i for i, o in before.items() if o == 'pass'}
        worse = []
        for i in sorted(passed):
            outcome, detail = run.results.get(i, ('notrun', 'not collected'))
            if outcome != 'pass':
                worse.append([i, outcome, detail])
        confirmed, flaky = worse, []
        if worse and len(worse) <= 200 and not args.no_confirm:
            real = [w for w in worse if w[1] != 'notrun']
            if real:
                again = make(name, run.per_module, True, ids=[w[0] for w in real]).run()
                say(again)
                flaky = [w for w in real if again.results.get(w[0], ('?',))[0] == 'pass']
                confirmed = [w for w in worse if w not in flaky]
        better = sum(1 for i, (o, d) in run.results.items() if o == 'pass' and before.get(i) in BAD)
        rows.append(dict(module=name, baseline_pass=len(passed), baseline_bad=sum(o in BAD for o in before.values()),
                         takeover_pass=sum(1 for o, d in run.results.values() if o == 'pass'),
                         worse=len(confirmed), known=0, flaky=len(flaky), better=better, secs=round(run.secs, 1),
                         base_secs=baseline[name]['secs'],
                         notes=[n for n in run.notes if n[0] not in ('modskip', 'fixtureskip')]))
        differences += [dict(module=name, id=w[0], outcome=w[1], detail=w[2]) for w in confirmed]
        rows[-1]['flaky_ids'] = [w[0] for w in flaky]
    differences, known, stale = sift('takeover', differences,
                                     {i: o for run in runs for i, (o, d) in run.results.items()},
                                     not (args.only or args.quick))
    for row in rows:
        row['known'] = sum(k['module'] == row['module'] for k in known)
        row['worse'] -= row['known']
    secs = time.monotonic() - begun
    print('Python %s  takeover by %s%s%s' % (sys.version.split()[0], args.package,
                                             '  [deep]' if args.deep else '', '  [quick]' if args.quick else ''))
    columns = ('baseline_pass', 'baseline_bad', 'takeover_pass', 'worse', 'known', 'flaky', 'better')
    print('%-36s %7s %7s %7s %6s %6s %6s %6s %7s %7s' % ('module', 'base ok', 'base ko', 'take ok', 'WORSE', 'known',
                                                         'flaky', 'better', 'base s', 'take s'))
    total = {k: sum(r[k] for r in rows) for k in (*columns, 'base_secs', 'secs')}
    for r in [*rows, dict(total, module='TOTAL')]:
        print('%-36s %7d %7d %7d %6d %6d %6d %6d %7.1f %7.1f' % (
            r['module'], *(r[k] for k in columns), r['base_secs'], r['secs']))
    for r in rows:
        for kind, detail in r['notes']:
            print('\nNOTE %s: %s: %s' % (r['module'], kind, detail.strip()[-500:]))
    if differences:
        print('\nPASS WITHOUT, NOT WITH, THE TAKEOVER (%d)' % len(differences))
        for d in differences:
            print('  %-7s %s   %s' % (d['outcome'], d['id'], first_line(d['detail'])))
    print_known(known, stale)
    for r in rows:
        for i in r['flaky_ids']:
            print('  (passed when run again) %s' % i)
    print('\nTAKEOVER %s %s: %d differences and %d known ones over %d tests in %d modules; %.0fs '
          '(of which baseline %.0fs, %d modules)' % (
              VERSTR, args.package, len(differences), len(known), total['baseline_pass'], len(rows), secs,
              base_secs, n_base))
    if args.json:
        with open(args.json, 'w') as f:
            json.dump(dict(python=sys.version.split()[0], package=args.package, rows=rows, totals=total,
                           differences=differences, known=known, stale=stale, seconds=secs), f, indent=1)
    return 1 if differences or stale else 0


def main():
    if len(sys.argv) == 3 and sys.argv[1] == '--_child':
        return child_main(sys.argv[2])
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--package', default='loadstone', help='the re-implementation (default: loadstone)')
    p.add_argument('--src', help='directory to put on sys.path to find it')
    p.add_argument('--json', help='write the full result here')
    p.add_argument('--only', help='regex: only these tests (mode 1) or modules (mode 2)')
    p.add_argument('--jobs', type=int, default=2)
    p.add_argument('--test-timeout', type=int, help='seconds for one test (mode 1: 20, mode 2: 60)')
    p.add_argument('--module-timeout', type=int, default=300, help='seconds for one module (mode 1)')
    p.add_argument('--include-private', action='store_true',
                   help="also run the excluded tests, on PKG's own private modules; reported, not counted")
    p.add_argument('--full-stack', action='store_true',
                   help='mode 1: every test with PKG as builtins.__import__ and on sys.meta_path')
    p.add_argument('--write-expected', action='store_true',
                   help='record this run as the reference list of tests for this Python')
    p.add_argument('--takeover', action='store_true', help='mode 2')
    p.add_argument('--takeover-call', metavar='MODULE:FUNC')
    p.add_argument('--quick', action='store_true')
    p.add_argument('--deep', action='store_true',
                   help='mode 2 in a venv whose subprocesses are taken over as well')
    p.add_argument('--baseline', help='file of the cached baseline')
    p.add_argument('--fresh-baseline', action='store_true')
    p.add_argument('--no-confirm', action='store_true', help='do not run differing tests a second time')
    p.add_argument('-v', '--verbose', action='store_true')
    args = p.parse_args()
    if args.src:
        args.src = os.path.abspath(args.src)
    args.test_timeout = args.test_timeout or (60 if args.takeover else 20)
    return main_takeover(args) if args.takeover else main_suite(args)


if __name__ == '__main__':
    sys.exit(main())
