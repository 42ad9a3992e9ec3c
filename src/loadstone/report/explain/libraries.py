"""Shared libraries of the system: which package of which system brings them."""

from __future__ import annotations

import platform
import re
import sysconfig

__all__ = ["provider_of"]

# By the name of the library without its version: the packages of Debian, Fedora and Alpine.
_PACKAGES: dict[str, tuple[str, str, str]] = {
    "libGL.so": ("libgl1", "mesa-libGL", "mesa-gl"),
    "libEGL.so": ("libegl1", "mesa-libEGL", "mesa-egl"),
    "libGLESv2.so": ("libgles2", "mesa-libGLES", "mesa-gles"),
    "libOpenGL.so": ("libopengl0", "libglvnd-opengl", "libglvnd"),
    "libSM.so": ("libsm6", "libSM", "libsm"),
    "libICE.so": ("libice6", "libICE", "libice"),
    "libX11.so": ("libx11-6", "libX11", "libx11"),
    "libXext.so": ("libxext6", "libXext", "libxext"),
    "libXrender.so": ("libxrender1", "libXrender", "libxrender"),
    "libxcb.so": ("libxcb1", "libxcb", "libxcb"),
    "libxkbcommon.so": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libdbus-1.so": ("libdbus-1-3", "dbus-libs", "dbus-libs"),
    "libfontconfig.so": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so": ("libfreetype6", "freetype", "freetype"),
    "libglib-2.0.so": ("libglib2.0-0", "glib2", "glib"),
    "libgthread-2.0.so": ("libglib2.0-0", "glib2", "glib"),
    "libgobject-2.0.so": ("libglib2.0-0", "glib2", "glib"),
    "libcairo.so": ("libcairo2", "cairo", "cairo"),
    "libpango-1.0.so": ("libpango-1.0-0", "pango", "pango"),
    "libpangoft2-1.0.so": ("libpangoft2-1.0-0", "pango", "pango"),
    "libgomp.so": ("libgomp1", "libgomp", "libgomp"),
    "libgfortran.so": ("libgfortran5", "libgfortran", "libgfortran"),
    "libstdc++.so": ("libstdc++6", "libstdc++", "libstdc++"),
    "libgcc_s.so": ("libgcc-s1", "libgcc", "libgcc"),
    "libopenblas.so": ("libopenblas0", "openblas", "openblas"),
    "liblapack.so": ("liblapack3", "lapack", "lapack"),
    "libblas.so": ("libblas3", "blas", "blas"),
    "libpq.so": ("libpq5", "libpq", "libpq"),
    "libmariadb.so": ("libmariadb3", "mariadb-connector-c", "mariadb-connector-c"),
    "libodbc.so": ("unixodbc", "unixODBC", "unixodbc"),
    "libsqlite3.so": ("libsqlite3-0", "sqlite-libs", "sqlite-libs"),
    "libsndfile.so": ("libsndfile1", "libsndfile", "libsndfile"),
    "libportaudio.so": ("libportaudio2", "portaudio", "portaudio"),
    "libasound.so": ("libasound2", "alsa-lib", "alsa-lib"),
    "libpulse.so": ("libpulse0", "pulseaudio-libs", "libpulse"),
    "libusb-1.0.so": ("libusb-1.0-0", "libusb1", "libusb"),
    "libzbar.so": ("libzbar0", "zbar", "zbar"),
    "libmagic.so": ("libmagic1", "file-libs", "libmagic"),
    "libxml2.so": ("libxml2", "libxml2", "libxml2"),
    "libxslt.so": ("libxslt1.1", "libxslt", "libxslt"),
    "libyaml-0.so": ("libyaml-0-2", "libyaml", "yaml"),
    "libffi.so": ("libffi8", "libffi", "libffi"),
    "libtk8.6.so": ("libtk8.6", "tk", "tk"),
    "libtcl8.6.so": ("libtcl8.6", "tcl", "tcl"),
    "libgeos_c.so": ("libgeos-c1v5", "geos", "geos"),
    "libproj.so": ("libproj25", "proj", "proj"),
    "libhdf5.so": ("libhdf5-103", "hdf5", "hdf5"),
    "libldap.so": ("libldap2", "openldap", "libldap"),
    "libsasl2.so": ("libsasl2-2", "cyrus-sasl-lib", "libsasl"),
    "libcups.so": ("libcups2", "cups-libs", "cups-libs"),
    "libnss3.so": ("libnss3", "nss", "nss"),
    "libcrypt.so": ("libcrypt1", "libxcrypt-compat", "libcrypt"),
}
_COMMANDS = ("apt-get install", "dnf install", "apk add")
_SYSTEMS = (("debian", "ubuntu"), ("fedora", "rhel", "centos"), ("alpine",))
_SEARCHES = ("apt-file search {}", "dnf provides '*/{}'", "apk search so:{}")


def provider_of(library: str) -> str:
    """What brings a shared library to this system, as a sentence."""
    python = re.match(r"libpython(\d\.\d+)", library)
    if python is not None and python[1] == sysconfig.get_python_version():
        home = sysconfig.get_config_var("LIBDIR")
        return f"It is this Python's own, where the loader does not look: set LD_LIBRARY_PATH={home}."
    if python is not None:
        return (
            f"It was built for Python {python[1]} with a shared library, which this Python is not:"
            " install a build for this one."
        )
    if re.match(
        r"lib(cuda|cudart|cublas|cudnn|cufft|curand|cusolver|cusparse|nccl|nvrtc|nvToolsExt)\b", library
    ):
        return (
            "It is of NVIDIA's CUDA: install the CUDA version that the package was built for, or its build"
            " for the processor alone."
        )
    if re.match(r"lib(ssl|crypto)\.so\.", library):
        return (
            "It is of another version of OpenSSL than this system has: install a build that was made for"
            " this system."
        )
    place = _system()
    known = _PACKAGES.get(re.sub(r"(\.so)(\.[\w.]+)?$", r"\1", library))
    if place is None:
        return f"Install the package of the system that brings {library}."
    if known is None:
        search = _SEARCHES[place].format(library)
        return f"Install the package of the system that brings it; to find that: {search}"
    headless = (
        " (or use a build without windows, as opencv-python-headless is)" if known[0] == "libgl1" else ""
    )
    return f"It is of the system, not of Python: {_COMMANDS[place]} {known[place]}{headless}"


def _system() -> int | None:
    """Which of the systems this is; None for one that is not known."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return None
    words = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    for place, systems in enumerate(_SYSTEMS):
        if any(word in systems for word in words):
            return place
    return None
