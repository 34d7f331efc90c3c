"""The command line: one module per group, joined here."""

import typer

app = typer.Typer(name="xinqiao", no_args_is_help=True, help="信桥 Xinqiao: the exchange of public-credit data.")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
