"""Names that have come to well-known modules and left them: with which version, and what is used instead."""

from __future__ import annotations

import attrs

__all__ = ["ARRIVED", "GONE", "Move"]


@attrs.frozen
class Move:
    """The version that brought or lost a name."""

    version: str
    """That of the distribution, or of Python for a module of the standard library."""
    instead: str = ""
    """What is used in its place."""


# A module or a name in one, the first version without it, and what is used instead.
_GONE = """
IPython.html 4.0 notebook
IPython.nbformat 4.0 nbformat
IPython.parallel 4.0 ipyparallel
PIL.Image.ANTIALIAS 10 PIL.Image.LANCZOS
PIL.Image.CUBIC 10 PIL.Image.BICUBIC
PIL.Image.LINEAR 10 PIL.Image.BILINEAR
PIL.PILLOW_VERSION 7 PIL.__version__
aiogram.utils.executor 3.0 aiogram.Dispatcher.start_polling
airflow.operators.bash_operator 3.0 airflow.providers.standard.operators.bash
airflow.operators.python_operator 3.0 airflow.providers.standard.operators.python
ast.Bytes 3.14 ast.Constant
ast.Ellipsis 3.14 ast.Constant
ast.NameConstant 3.14 ast.Constant
ast.Num 3.14 ast.Constant
ast.Str 3.14 ast.Constant
asyncio.coroutine 3.11 async def
base64.decodestring 3.9 base64.decodebytes
base64.encodestring 3.9 base64.encodebytes
celery.decorators 5 celery.shared_task
celery.task 5 celery.shared_task
click.get_terminal_size 8.1 shutil.get_terminal_size
collections.Awaitable 3.10 collections.abc.Awaitable
collections.Callable 3.10 collections.abc.Callable
collections.Container 3.10 collections.abc.Container
collections.Coroutine 3.10 collections.abc.Coroutine
collections.Generator 3.10 collections.abc.Generator
collections.Hashable 3.10 collections.abc.Hashable
collections.ItemsView 3.10 collections.abc.ItemsView
collections.Iterable 3.10 collections.abc.Iterable
collections.Iterator 3.10 collections.abc.Iterator
collections.KeysView 3.10 collections.abc.KeysView
collections.Mapping 3.10 collections.abc.Mapping
collections.MappingView 3.10 collections.abc.MappingView
collections.MutableMapping 3.10 collections.abc.MutableMapping
collections.MutableSequence 3.10 collections.abc.MutableSequence
collections.MutableSet 3.10 collections.abc.MutableSet
collections.Sequence 3.10 collections.abc.Sequence
collections.Set 3.10 collections.abc.Set
collections.Sized 3.10 collections.abc.Sized
collections.ValuesView 3.10 collections.abc.ValuesView
configparser.SafeConfigParser 3.12 configparser.ConfigParser
django.conf.urls.patterns 1.10 a list of django.urls.path
django.conf.urls.url 4.0 django.urls.re_path
django.contrib.staticfiles.templatetags 3.0 django.templatetags.static
django.core.urlresolvers 2.0 django.urls
django.db.models.NullBooleanField 4.0 BooleanField(null=True)
django.utils.encoding.force_text 4.0 django.utils.encoding.force_str
django.utils.encoding.python_2_unicode_compatible 3.0 nothing: it is for Python 2
django.utils.encoding.smart_text 4.0 django.utils.encoding.smart_str
django.utils.http.is_safe_url 4.0 django.utils.http.url_has_allowed_host_and_scheme
django.utils.http.urlquote 4.0 urllib.parse.quote
django.utils.lru_cache 3.0 functools.lru_cache
django.utils.six 3.0 six
django.utils.timezone.utc 5.0 datetime.timezone.utc
django.utils.translation.ugettext 4.0 django.utils.translation.gettext
django.utils.translation.ugettext_lazy 4.0 django.utils.translation.gettext_lazy
django.utils.translation.ugettext_noop 4.0 django.utils.translation.gettext_noop
django.utils.translation.ungettext 4.0 django.utils.translation.ngettext
flask.Markup 3.0 markupsafe.Markup
flask._app_ctx_stack 2.3 flask.g
flask._request_ctx_stack 2.3 flask.globals.request_ctx
flask.escape 3.0 markupsafe.escape
flask.ext 1.0 the extension's own module
flask.json.JSONEncoder 2.3 flask.json.provider.DefaultJSONProvider
fractions.gcd 3.9 math.gcd
inspect.formatargspec 3.11 inspect.signature
inspect.getargspec 3.11 inspect.getfullargspec
itsdangerous.JSONWebSignatureSerializer 2.1 joserfc or authlib
itsdangerous.TimedJSONWebSignatureSerializer 2.1 joserfc or authlib
itsdangerous.json 2.1 json
jinja2.Markup 3.1 markupsafe.Markup
jinja2.contextfilter 3.1 jinja2.pass_context
jinja2.contextfunction 3.1 jinja2.pass_context
jinja2.environmentfilter 3.1 jinja2.pass_environment
jinja2.escape 3.1 markupsafe.escape
jinja2.evalcontextfilter 3.1 jinja2.pass_eval_context
keras.utils.np_utils 2.13 keras.utils
langchain.chains 1.0 langchain_classic.chains
locale.format 3.12 locale.format_string
lxml.html.clean 5.2 lxml_html_clean
markdown.util.etree 3.4 xml.etree.ElementTree
markupsafe.soft_unicode 2.1 markupsafe.soft_str
matplotlib.finance 2.2 mplfinance
moviepy.editor 2.0 moviepy
networkx.from_numpy_matrix 3.0 networkx.from_numpy_array
networkx.info 3.0 print of the graph
networkx.to_numpy_matrix 3.0 networkx.to_numpy_array
numpy.Inf 2.0 numpy.inf
numpy.NAN 2.0 numpy.nan
numpy.NaN 2.0 numpy.nan
numpy.complex 1.24 complex
numpy.complex_ 2.0 numpy.complex128
numpy.float 1.24 float
numpy.float_ 2.0 numpy.float64
numpy.in1d 2.4 numpy.isin
numpy.int 1.24 int
numpy.object 1.24 object
numpy.product 2.0 numpy.prod
numpy.str 1.24 str
numpy.string_ 2.0 numpy.bytes_
numpy.trapz 2.4 numpy.trapezoid
numpy.typeDict 1.24 numpy.sctypeDict
numpy.unicode_ 2.0 numpy.str_
openai.embeddings_utils 1.0 the embeddings of openai.OpenAI
openai.error 1.0 the exceptions in openai itself
pandas.Float64Index 2.0 pandas.Index
pandas.Int64Index 2.0 pandas.Index
pandas.Panel 1.0 pandas.MultiIndex
pandas.datetime 2.0 datetime.datetime
pandas.io.data 0.19 pandas_datareader
pandas.io.json.json_normalize 2.0 pandas.json_normalize
pandas.np 2.0 numpy
pandas.util.testing 2.0 pandas.testing
pip.download 10.0 the command pip: it has no functions for others
pip.req 10.0 packaging.requirements
pkgutil.ImpImporter 3.12 importlib.machinery.FileFinder
pkgutil.find_loader 3.14 importlib.util.find_spec
pkgutil.get_loader 3.14 importlib.util.find_spec
platform.dist 3.8 distro, from PyPI
platform.linux_distribution 3.8 distro, from PyPI
pydantic.BaseSettings 2.0 pydantic_settings.BaseSettings
pydantic.fields.ModelField 2.0 pydantic.fields.FieldInfo
pytorch_lightning.metrics 1.5 torchmetrics
scipy.integrate.simps 1.14 scipy.integrate.simpson
scipy.integrate.trapz 1.14 scipy.integrate.trapezoid
scipy.misc.imread 1.2 imageio.v2.imread
scipy.misc.imresize 1.3 PIL.Image.Image.resize
scipy.misc.imsave 1.2 imageio.v2.imwrite
setuptools.command.test 72 pytest
skimage.measure.compare_ssim 0.18 skimage.metrics.structural_similarity
sklearn.cross_validation 0.20 sklearn.model_selection
sklearn.datasets.load_boston 1.2 another of sklearn.datasets
sklearn.externals.joblib 0.23 joblib
sklearn.externals.six 0.23 six
sklearn.grid_search 0.20 sklearn.model_selection
sklearn.metrics.plot_confusion_matrix 1.2 sklearn.metrics.ConfusionMatrixDisplay
sklearn.metrics.scorer 0.24 sklearn.metrics
sklearn.preprocessing.Imputer 0.22 sklearn.impute.SimpleImputer
sklearn.utils.testing 0.24 sklearn.utils._testing
ssl.match_hostname 3.12 ssl.SSLContext.check_hostname
ssl.wrap_socket 3.12 ssl.SSLContext.wrap_socket
string.letters 3.0 string.ascii_letters
string.maketrans 3.0 str.maketrans
telegram.ParseMode 20 telegram.constants.ParseMode
telegram.ext.Filters 20 telegram.ext.filters
tensorflow.Session 2.0 tensorflow.compat.v1.Session
tensorflow.contrib 2.0 tensorflow_addons or tf_slim
tensorflow.examples 2.0 tensorflow_datasets
tensorflow.placeholder 2.0 tensorflow.compat.v1.placeholder
time.clock 3.8 time.perf_counter
torch._six 2.0 the types of the standard library
torchtext.legacy 0.12 torchtext.data
torchvision.transforms.functional_tensor 0.17 torchvision.transforms.functional
unittest.findTestCases 3.13 unittest.TestLoader.loadTestsFromModule
unittest.makeSuite 3.13 unittest.TestLoader.loadTestsFromTestCase
urllib3.contrib.appengine 2.0 urllib3 itself
urllib3.packages.six 2.0 six
urllib3.util.ssl_.DEFAULT_CIPHERS 2.0 the ciphers of ssl
werkzeug.FileStorage 1.0 werkzeug.datastructures.FileStorage
werkzeug.cached_property 1.0 werkzeug.utils.cached_property
werkzeug.check_password_hash 1.0 werkzeug.security.check_password_hash
werkzeug.contrib 1.0 cachelib, or werkzeug.middleware
werkzeug.generate_password_hash 1.0 werkzeug.security.generate_password_hash
werkzeug.secure_filename 1.0 werkzeug.utils.secure_filename
werkzeug.urls.url_decode 3.0 urllib.parse.parse_qs
werkzeug.urls.url_encode 3.0 urllib.parse.urlencode
werkzeug.urls.url_parse 3.0 urllib.parse.urlsplit
werkzeug.urls.url_quote 3.0 urllib.parse.quote
werkzeug.urls.url_unquote 3.0 urllib.parse.unquote
werkzeug.wrappers.BaseResponse 2.1 werkzeug.wrappers.Response
werkzeug.wsgi.DispatcherMiddleware 1.0 werkzeug.middleware.dispatcher.DispatcherMiddleware
"""

# A module or a name in one, and the first version with it.
_ARRIVED = """
asyncio.Runner 3.11
asyncio.TaskGroup 3.11
asyncio.timeout 3.11
collections.abc.Buffer 3.12
contextlib.chdir 3.11
copy.replace 3.13
datetime.UTC 3.11
enum.StrEnum 3.11
enum.verify 3.11
functools.Placeholder 3.14
hashlib.file_digest 3.11
itertools.batched 3.12
pathlib.UnsupportedOperation 3.13
types.CapsuleType 3.13
types.get_original_bases 3.12
typing.LiteralString 3.11
typing.Never 3.11
typing.NoDefault 3.13
typing.NotRequired 3.11
typing.ReadOnly 3.13
typing.Required 3.11
typing.Self 3.11
typing.TypeAliasType 3.12
typing.TypeIs 3.13
typing.TypeVarTuple 3.11
typing.Unpack 3.11
typing.assert_never 3.11
typing.assert_type 3.11
typing.dataclass_transform 3.11
typing.evaluate_forward_ref 3.14
typing.get_protocol_members 3.13
typing.override 3.12
typing.reveal_type 3.11
typing_extensions.Buffer 4.6
typing_extensions.Doc 4.8
typing_extensions.NamedTuple 4.3
typing_extensions.NoDefault 4.12
typing_extensions.ReadOnly 4.9
typing_extensions.Sentinel 4.14
typing_extensions.TypeAliasType 4.6
typing_extensions.TypeForm 4.13
typing_extensions.TypeIs 4.10
typing_extensions.TypeVarTuple 4.1
typing_extensions.Unpack 4.1
typing_extensions.assert_never 4.1
typing_extensions.assert_type 4.2
typing_extensions.dataclass_transform 4.1
typing_extensions.deprecated 4.5
typing_extensions.get_annotations 4.13
typing_extensions.override 4.4
warnings.deprecated 3.13
"""


def _read(table: str) -> dict[str, Move]:
    return {line.split()[0]: Move(*line.split(maxsplit=2)[1:]) for line in table.strip().splitlines()}


GONE = _read(_GONE)
"""Modules and names in them that are gone: the first version without."""
ARRIVED = _read(_ARRIVED)
"""Modules and names in them that are new: the first version with them."""
