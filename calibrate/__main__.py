"""Let ``python -m calibrate`` be the command."""

from calibrate.cli import main

raise SystemExit(main())
