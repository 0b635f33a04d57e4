"""Documents of envelopes."""

from cli.documents.change import USER_ERROR

ENVELOPE = """
fragment EnvelopeFields on Envelope {
  id
  name
  money { minorUnits currency decimal }
  accounts { id name provider { kind name } }
  labels { key value }
  setBy
  setAt
  budgetStatus {
    state
    reasons
    spent { minorUnits currency decimal }
    limitsLeft { minorUnits currency decimal }
    freeAllowance { decimal currency }
    estimate { minorUnits currency decimal }
    rule
    notCounted { name reason }
  }
}
"""

ENVELOPES = (
    """
query Envelopes {
  envelopes(first: 100) { ...EnvelopeFields }
}
"""
    + ENVELOPE
)

SET_ENVELOPE = (
    """
mutation SetEnvelope($input: SetEnvelopeInput!) {
  setEnvelope(input: $input) {
    envelope { ...EnvelopeFields }
    userErrors { ...UserErrorFields }
  }
}
"""
    + ENVELOPE
    + USER_ERROR
)

DELETE_ENVELOPE = (
    """
mutation DeleteEnvelope($id: ID!) {
  deleteEnvelope(id: $id) {
    envelope { id name }
    userErrors { ...UserErrorFields }
  }
}
"""
    + USER_ERROR
)
