"""Every provider of the house keeps the contract: a class of tests each, such as `TestKupe`."""

from fleetgraph.testing import contract_of
from tests.contract.kits import KITS

globals().update({contract.__name__: contract for contract in map(contract_of, KITS.values())})
