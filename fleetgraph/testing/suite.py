"""The contract of the kit that FLEETGRAPH_KIT names, for `python -m fleetgraph.testing` to run."""

import os

from fleetgraph.testing.contract import contract_of
from fleetgraph.testing.kit import load

TestContract = contract_of(load(os.environ["FLEETGRAPH_KIT"]))
