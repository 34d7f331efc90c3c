"""The command line: one module per group, joined here."""

import typer

from gateway.catalogue import agency_commands as agencies
from gateway.catalogue import commands as mappings
from gateway.cli import demo, instance, migrate, serve
from gateway.evidence import commands as audit
from gateway.identity import commands as registry
from gateway.identity import key_commands as keys
from gateway.inquiries import commands as quota
from gateway.intake import commands as ingest
from gateway.people import commands as people
from gateway.platforms import commands as deliveries
from gateway.quality import commands as quality
from gateway.records import commands as records
from gateway.records import subject_commands as subjects
from gateway.records import verify_command as verify
from gateway.sources import commands as sources

app = typer.Typer(
    name="xinqiao",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # it would print local variables, secrets among them
    help="信桥 Xinqiao: the exchange of public-credit data.",
)
app.command()(instance.init)
app.command()(serve.serve)
app.command()(instance.worker)
app.command()(migrate.migrate)
app.command()(instance.status)
app.command()(instance.reconcile)
app.command()(ingest.ingest)
app.command()(verify.verify)
app.command()(demo.demo)
app.add_typer(audit.group, name="audit")
app.add_typer(sources.group, name="source")
app.add_typer(records.group, name="record")
app.add_typer(subjects.group, name="subject")
app.add_typer(quota.group, name="quota")
app.add_typer(keys.group, name="keys")
app.add_typer(people.group, name="person")
app.add_typer(deliveries.group, name="deliveries")
agencies.extend(registry.groups["agency"])
mappings.extend(registry.groups["agency"])
registry.groups["agency"].command("quality")(quality.quality)
registry.groups["agency"].add_typer(quality.held, name="held")
for name, group in registry.groups.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
