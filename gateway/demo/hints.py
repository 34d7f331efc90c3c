"""What a newcomer is told: who signs in with what, and commands to try for each role. Chinese first, English beside."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.demo.cast import FIRST_SIGNATORY, signatory_of
from gateway.demo.city import City
from gateway.demo.enterprises import enterprise
from gateway.demo.town import example

GOOD, WAITING = enterprise(FIRST_SIGNATORY), enterprise(FIRST_SIGNATORY + 1)


def integrator_commands(folder: Path, issuer: str) -> list[tuple[str, str]]:
    """Return what an integrator tries, each with what it is for: a command that runs as it stands."""
    keys, sample = _path(folder / "gateway-keys.json"), _path(folder / "samples/tax_arrears.csv")
    push = f"{_python('agency_client')} {issuer} tax {_key(folder, 'tax')} tax_arrears {sample}"
    return [
        (
            f"查询{GOOD.name}，得到签名应答 ask, and get a signed answer",
            f"{_bank(folder, issuer)} {GOOD.code} > answer.json",
        ),
        (
            "离线验证应答 verify it, without the service",
            f"{_xinqiao(folder)} verify answer.json --keys {keys}",
        ),
        (
            f"{WAITING.name}尚未同意：拒绝并说明原因 not permitted yet: denied, with the reason",
            f"{_bank(folder, issuer)} {WAITING.code}",
        ),
        ("以税务部门身份提交样例文件 hand in a sample file, as the tax bureau", push),
        ("接口文档 the interface, as OpenAPI", f"curl -s {issuer}/openapi.json -o openapi.json"),
    ]


def enterprise_commands(folder: Path, issuer: str, waiting_consent: str) -> list[tuple[str, str]]:
    """Return what an enterprise's signatory tries."""
    signatory = signatory_of(WAITING.number)
    asked = f"{_python('enterprise_client')} {issuer} {signatory} {_key(folder, signatory)}"
    return [
        (f"{WAITING.name}查看收到的授权请求 see what was asked for", asked),
        ("同意其中一份 approve one of them", f"{asked} {waiting_consent}"),
        ("银行现在可以查询 now the bank is answered", f"{_bank(folder, issuer)} {WAITING.code}"),
    ]


def auditor_commands(folder: Path) -> list[tuple[str, str]]:
    """Return what an auditor tries."""
    xinqiao, log = _xinqiao(folder), "sandbox-log"
    return [
        ("导出整个审计日志 export the whole log", f"{xinqiao} audit export {log}"),
        ("离线验证 verify it offline", f"{xinqiao} audit verify {log} --key {_path(folder / 'log.vkey')}"),
        ("对账：记录、计费、授权、日志、报送 do all sides agree", f"{xinqiao} reconcile"),
        ("报送与回执 deliveries to the platforms, and their receipts", f"{xinqiao} deliveries list"),
        (f"谁查询过{GOOD.name} who asked about this enterprise", f"{xinqiao} audit who {GOOD.code}"),
    ]


def hints(folder: Path, issuer: str, city: City) -> str:
    """Return all of it, as it is printed and kept in README.txt."""
    return "\n".join(_lines(folder, issuer, city)) + "\n"


def _lines(folder: Path, issuer: str, city: City) -> Iterator[str]:
    yield f"信桥沙盒 Xinqiao sandbox: {city.enterprises} 家虚构企业 invented enterprises, {issuer}"
    yield "名称、代码、人员全部虚构；密码和私钥只在此文件夹 All is invented; passwords and keys are kept here only:"
    yield f"  {folder}"
    yield ""
    yield f"登录 Sign in: {issuer}/console/sign-in"
    yield f"  一次性验证码 one-time code: {_xinqiao(folder)} sandbox code 用户名 USER"
    yield "  （或把 otpauth 密钥加入手机验证器 or add the secret to an authenticator app）"
    yield "  用户名 user       角色 role     密码 password  密钥 secret                       姓名 name"
    for one in city.logins:
        yield f"  {one.person:<17} {one.role:<12} {one.password:<13} {one.secret}  {one.name}"
    yield ""
    yield "网页上可试 At the console:"
    yield f"  查询{GOOD.name} ask about {GOOD.code} (staff-lake): {issuer}/console/ask"
    yield f"  先预览再报送样例 look at samples/tax_arrears.csv, then hand it in (clerk-tax): {issuer}/console/uploads"
    yield f"  决定一份暂存的提交 decide on a held submission (clerk-tax): {issuer}/console/held"
    yield f"  批准另一位管理员的变更 approve the other's change (operator-2): {issuer}/console/changes"
    yield f"  企业答复授权请求 an enterprise answers a request (owner-waiting): {issuer}/console/enterprise"
    yield f"  总览 how the whole stands (regulator): {issuer}/console/overview"
    yield f"  数据质量 quality of the data (auditor, regulator): {issuer}/console/quality"
    yield f"  数据目录 the catalogue (everybody): {issuer}/console/catalogue"
    chapters = (
        ("对接方 Integrator", integrator_commands(folder, issuer)),
        ("企业 Enterprise", enterprise_commands(folder, issuer, city.waiting_consent)),
        ("审计员 Auditor", auditor_commands(folder)),
    )
    for title, commands in chapters:
        yield ""
        yield f"{title}:"
        for what, command in commands:
            yield f"  # {what}"
            yield f"  {command}"


def _bank(folder: Path, issuer: str) -> str:
    return f"{_python('bank_client')} {issuer} lake-bank-1 {_key(folder, 'lake-bank-1')}"


def _python(program: str) -> str:
    return f"{shlex.quote(sys.executable)} {_path(example(program))}"


def _key(folder: Path, client: str) -> str:
    return _path(folder / f"keys/{client}.json")


def _xinqiao(folder: Path) -> str:
    return _path(folder / "xinqiao")


def _path(path: Path) -> str:
    return shlex.quote(str(path))
