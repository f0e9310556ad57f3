"""The command line whose index and models are held by an owner on fakes: a page that is there in a few seconds."""

from assistant.commands import cli
from assistant.service import owner_process

owner_process.owner_module = "tests.fake_owner"

if __name__ == "__main__":
    cli.main()
