"""The blind indexes by which identity and bank numbers are found without being read."""

from cmo_portal.common.sealing import blind_index


def cnic_index(value: str) -> bytes:
    """Equal for equal CNICs, wherever they are kept."""
    return blind_index(value, purpose="cnic")


def iban_index(value: str) -> bytes:
    """Equal for equal IBANs, wherever they are kept."""
    return blind_index(value, purpose="iban")
