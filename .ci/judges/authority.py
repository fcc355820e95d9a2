"""A certificate authority of one's own, and a server on localhost that it vouches for."""

import ssl
import subprocess
from pathlib import Path


def server(folder: Path) -> ssl.SSLContext:
    """Leaves the authority's certificate at `ca.pem` in a folder, and gives what the server needs."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    openssl("req", "-x509", *new, "-subj", "/CN=An authority", "-keyout", "ca.key", "-out", "ca.pem")
    (folder / "extensions").write_text("subjectAltName=DNS:localhost\n")
    openssl("req", *new[:-2], "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "request.pem")
    signed_by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions"]
    openssl("x509", "-req", "-in", "request.pem", *signed_by, "-out", "certificate.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
