"""The command line: ``wangge``. Commands are thin: they read options, call a service, print what it returned."""

from api.cli import kernels as kernels  # first: it names the cache of compiled kernels before geo is imported
from api.cli.app import main

__all__ = ["main"]
