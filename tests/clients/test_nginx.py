"""Behind a real TLS proxy: nginx verifies the client's certificate and passes it on; the token is bound to it."""

import shutil
import ssl
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.identities import assertion, form
from tests.processes import free_port
from tests.town import instance

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed: no TLS proxy is tried")
CONFIG = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
        ssl_protocols TLSv1.2 TLSv1.3; ssl_client_certificate {folder}/ca.pem; ssl_verify_client optional;
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            # Always set, so that what a client sends under these names never passes.
            proxy_set_header Client-Cert $ssl_client_escaped_cert;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""


def issue(folder, name, signer=None, *, authority=False):
    """Write a key and a certificate, signed by `signer` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(hours=1)
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    builder = builder.issuer_name(signer[0].subject if signer else subject).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    certificate = builder.sign(signer[1] if signer else key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key").write_bytes(private)
    return certificate, key


@contextmanager
def proxy(folder, port, upstream):
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port, upstream=upstream))
    process = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)])
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def browser(folder, port, name=None):
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    if name:
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return httpx.Client(base_url=f"https://localhost:{port}", verify=context)


@pytest.fixture(scope="module")
def behind(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    authority = issue(folder, "ca", authority=True)
    for name in ("server", "bank", "thief"):
        issue(folder, name, authority)
    with instance(socket_folder, folder, "gateway", XINQIAO_TRUSTED_PROXIES='["127.0.0.1"]') as gateway:
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        gateway.add("account", "bank-1", "--institution", "bank")
        port = free_port()
        with gateway.run("serve"), proxy(folder, port, gateway.issuer.rpartition(":")[2]):
            wait_up(folder, port)
            yield gateway, folder, port


def wait_up(folder, port):
    deadline = time.monotonic() + 20
    with browser(folder, port) as probe:
        while True:
            try:
                probe.get("/livez")
                return
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.1)


def log_in(client, gateway, **headers):
    signed = assertion(gateway.keys["bank-1"], "bank-1", gateway.issuer)
    return client.post("/oauth/token", data=form(signed), headers=headers)


def test_a_token_taken_over_mutual_tls_opens_with_the_same_certificate_alone(behind):
    gateway, folder, port = behind
    with browser(folder, port, "bank") as bank, browser(folder, port, "thief") as thief:
        answer = log_in(bank, gateway)
        assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer"), answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert bank.get("/v1/quota", headers=headers).status_code == 200
        assert thief.get("/v1/quota", headers=headers).status_code == 401
        with browser(folder, port) as nobody:
            assert nobody.get("/v1/quota", headers=headers).status_code == 401


def test_a_certificate_in_a_header_of_the_clients_own_does_not_pass_the_proxy(behind):
    gateway, folder, port = behind
    shown = quote((folder / "bank.pem").read_text())
    with browser(folder, port) as nobody:
        answer = log_in(nobody, gateway, **{"Client-Cert": shown})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
