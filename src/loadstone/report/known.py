"""What is known of modules that come and go: the standard library's, and those of distributions."""

from __future__ import annotations

__all__ = ["ADDED", "LEFT", "REMOVED"]

REMOVED: dict[str, tuple[tuple[int, int], str]] = {
    **dict.fromkeys(["__builtin__"], ((3, 0), "builtins")),
    **dict.fromkeys(["BaseHTTPServer", "SimpleHTTPServer"], ((3, 0), "http.server")),
    **dict.fromkeys(["ConfigParser"], ((3, 0), "configparser")),
    **dict.fromkeys(["Queue"], ((3, 0), "queue")),
    **dict.fromkeys(["StringIO", "cStringIO"], ((3, 0), "io")),
    **dict.fromkeys(["Tkinter"], ((3, 0), "tkinter")),
    **dict.fromkeys(["cPickle"], ((3, 0), "pickle")),
    **dict.fromkeys(["_winreg"], ((3, 0), "winreg, of Windows")),
    **dict.fromkeys(["exceptions"], ((3, 0), "builtins")),
    **dict.fromkeys(["HTMLParser"], ((3, 0), "html.parser")),
    **dict.fromkeys(["Cookie", "cookielib"], ((3, 0), "http.cookies and http.cookiejar")),
    **dict.fromkeys(["SocketServer"], ((3, 0), "socketserver")),
    **dict.fromkeys(["commands", "popen2"], ((3, 0), "subprocess")),
    **dict.fromkeys(["copy_reg"], ((3, 0), "copyreg")),
    **dict.fromkeys(["httplib"], ((3, 0), "http.client")),
    **dict.fromkeys(["urllib2", "urlparse"], ((3, 0), "urllib")),
    "formatter": ((3, 10), ""),
    "parser": ((3, 10), "ast"),
    "symbol": ((3, 10), ""),
    "binhex": ((3, 11), "binascii"),
    "asynchat": ((3, 12), "asyncio, or pyasynchat from PyPI"),
    "asyncore": ((3, 12), "asyncio, or pyasyncore from PyPI"),
    "distutils": ((3, 12), "setuptools, which brings a distutils of its own"),
    "imp": ((3, 12), "importlib"),
    "smtpd": ((3, 12), "aiosmtpd from PyPI"),
    "aifc": ((3, 13), "standard-aifc from PyPI"),
    "audioop": ((3, 13), "audioop-lts from PyPI"),
    "cgi": ((3, 13), "legacy-cgi from PyPI"),
    "cgitb": ((3, 13), "legacy-cgi from PyPI"),
    "chunk": ((3, 13), "standard-chunk from PyPI"),
    "crypt": ((3, 13), "hashlib, or legacycrypt from PyPI"),
    "imghdr": ((3, 13), "filetype or puremagic from PyPI"),
    "lib2to3": ((3, 13), "libcst or parso from PyPI"),
    "mailcap": ((3, 13), "mimetypes"),
    "msilib": ((3, 13), ""),
    "nis": ((3, 13), ""),
    "nntplib": ((3, 13), "standard-nntplib from PyPI"),
    "ossaudiodev": ((3, 13), ""),
    "pipes": ((3, 13), "subprocess"),
    "sndhdr": ((3, 13), "filetype or puremagic from PyPI"),
    "spwd": ((3, 13), ""),
    "sunau": ((3, 13), "standard-sunau from PyPI"),
    "telnetlib": ((3, 13), "telnetlib3 from PyPI"),
    "uu": ((3, 13), "base64"),
    "xdrlib": ((3, 13), "standard-xdrlib from PyPI"),
}
"""Modules that the standard library has had: the first version without, and what is used instead."""

ADDED: dict[str, tuple[tuple[int, int], str]] = {
    "tomllib": ((3, 11), "tomli from PyPI"),
    "asyncio.taskgroups": ((3, 11), "taskgroup from PyPI"),
    "wsgiref.types": ((3, 11), ""),
    "annotationlib": ((3, 14), "typing_extensions from PyPI"),
    "compression": ((3, 14), "zlib, gzip, bz2, lzma"),
    "concurrent.interpreters": ((3, 14), ""),
    "string.templatelib": ((3, 14), ""),
}
"""Modules that are new in the standard library: the first version with it, and what older ones use."""

LEFT: dict[str, tuple[tuple[int, ...], str]] = {
    "pkg_resources": ((82,), "importlib.resources and importlib.metadata"),
}
"""Modules that their distributions have had: the first version without, and what is used instead."""
