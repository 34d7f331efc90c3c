"""The command line, `xinqiao` or `python -m gateway`: one module per command or group, joined here."""

import errno
import sys
from collections.abc import Callable, Mapping

import typer

from gateway import verify_command
from gateway.admin import (
    abnormal_commands,
    card_commands,
    consent_commands,
    cost_commands,
    delegation_commands,
    duty_commands,
    output_commands,
    paper_commands,
    person_commands,
    provider_commands,
    quota_commands,
    view_commands,
    watch_commands,
)
from gateway.admin import commands as registry
from gateway.backup import commands as backup
from gateway.catalogue import agency_commands, dataset_commands
from gateway.catalogue import commands as mapping_commands
from gateway.cli.help import use_plain_help
from gateway.cli.output import WRONG_SETTINGS
from gateway.cli.version import xinqiao
from gateway.consents import commands as consents
from gateway.consents import enterprise_commands as enterprise
from gateway.consents.imports import commands as consent_imports
from gateway.crosscheck import commands as crosscheck
from gateway.demo import command as demo
from gateway.demo import sandbox_command
from gateway.disposal import commands as disposal
from gateway.evidence import commands as audit
from gateway.evidence import instance_commands
from gateway.identity import key_commands
from gateway.inquiries import commands as inquiries
from gateway.inquiries import enterprise_commands as enterprise_questions
from gateway.inquiries import obligation_commands, score_commands, training_commands
from gateway.inquiries.portrait import commands as portrait_commands
from gateway.intake import commands as intake
from gateway.intake import held_commands
from gateway.matching import commands as matching
from gateway.network import commands as network
from gateway.overview import commands as overview
from gateway.overview import status_command
from gateway.people import commands as people
from gateway.people import init_command
from gateway.platforms import commands as platforms
from gateway.quality import commands as quality
from gateway.questions import commands as questions
from gateway.records import commands as records
from gateway.records import enterprise_commands as enterprise_records
from gateway.records import subject_commands
from gateway.risk import model_commands as risk_models
from gateway.risk_analysis import commands as risk
from gateway.runtime import commands as runtime
from gateway.runtime.errors import SettingsError
from gateway.scores import commands as scores
from gateway.scores import model_commands, scan_commands
from gateway.service import commands as service
from gateway.service import openapi_command
from gateway.sites import commands as sites
from gateway.sources import commands as sources
from gateway.warnings import commands as warnings
from gateway.webhooks import commands as webhooks

COMMANDS: tuple[Callable[..., None], ...] = (
    init_command.init,
    service.serve,
    service.worker,
    runtime.migrate,
    status_command.status,
    overview.waiting,
    instance_commands.reconcile,
    backup.backup,
    backup.restore,
    intake.ingest,
    verify_command.verify,
    openapi_command.openapi,
    demo.demo,
)
GROUPS: Mapping[str, typer.Typer] = {
    "audit": audit.group,
    "source": sources.group,
    "record": records.group,
    "subject": subject_commands.group,
    "match": matching.group,
    "dataset": dataset_commands.group,
    "columns": scores.group,
    "scan": scan_commands.group,
    "network": network.group,
    "risk": risk.group,
    "case": disposal.group,
    "site": sites.group,
    "crosscheck": crosscheck.group,
    "consent": consents.group,
    "inquiry": inquiries.group,
    "obligation": obligation_commands.group,
    "score": score_commands.group,
    "delegation": delegation_commands.group,
    "quota": quota_commands.group,
    "abnormal": abnormal_commands.group,
    "duty": duty_commands.group,
    "provider": provider_commands.group,
    "output": output_commands.group,
    "data-view": view_commands.group,
    "cost": cost_commands.group,
    "keys": key_commands.group,
    "person": people.group,
    "deliveries": platforms.group,
    "warning": warnings.group,
    "webhook": webhooks.group,
    "sandbox": sandbox_command.group,
    "enterprise": enterprise.group,
    "paper": paper_commands.group,
    **registry.groups,
}
app = typer.Typer(
    name="xinqiao",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # it would print local variables, secrets among them
)


app.callback()(xinqiao)
for command in COMMANDS:
    app.command()(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)
# What several rooms say about an agency is one group.
agency_commands.extend(GROUPS["agency"])
mapping_commands.extend(GROUPS["agency"])
quality.extend(GROUPS["agency"])
GROUPS["agency"].add_typer(held_commands.group, name="held")
registry.extend(GROUPS["record"])
consent_commands.extend(GROUPS["consent"], GROUPS["signatory"])
consent_imports.extend(GROUPS["consent"])
questions.extend(GROUPS["audit"])
backup.extend(GROUPS["audit"])
model_commands.extend(GROUPS["score"])
portrait_commands.extend(GROUPS["score"])
card_commands.extend(GROUPS["score"])
risk_models.extend(GROUPS["risk"])
watch_commands.extend(GROUPS["risk"])
training_commands.extend(GROUPS["score"])
enterprise_questions.extend(GROUPS["enterprise"])
enterprise_records.extend(GROUPS["enterprise"])
person_commands.extend(GROUPS["person"])
use_plain_help(app)


def main() -> None:
    """Run the command line; wrong settings end every command with a line for each of them.

    A file that cannot be read or written ends it with a line too.
    """
    try:
        app(prog_name="xinqiao")
    except SettingsError as fault:
        typer.echo(f"失败 failed: {fault}", err=True)
        sys.exit(WRONG_SETTINGS)
    except OSError as fault:
        if fault.filename is None:
            raise
        kind = errno.errorcode.get(fault.errno or 0, type(fault).__name__)
        typer.echo(f"失败 failed: 文件 {fault.filename} 不能读写 cannot be read or written ({kind})", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
