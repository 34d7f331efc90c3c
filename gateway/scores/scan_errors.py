"""What keeps a scan from being done."""

from gateway.runtime.errors import GatewayError


class ScanRunningError(GatewayError):
    """另一进程正在扫描；看进度用 Another process is scanning; see how far it is with: xinqiao scan status."""


class NothingScannedError(GatewayError):
    """还没有完整的扫描，增量扫描无从比较 No scan has finished yet that an incremental one could go on from."""


class ScanFailedError(GatewayError):
    """扫描未完成 The scan was given up."""


class LaterDayError(GatewayError):
    """截至日不能晚于今天 A scan is as of today or an earlier day."""
