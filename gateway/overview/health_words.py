"""What to do about each finding, and the page where it is seen to, for those who may open it."""

from collections.abc import Mapping

from gateway.runtime.said import Said

TO_DO: Mapping[str, Said] = {
    "instance": Said("本机没有服务进程时，查看其他主机", "where none serves from here, look at the other hosts"),
    "keys": Said("恢复原来的主密钥，不要新建", "bring back the key-encryption key; never make another"),
    "disk": Said("清出空间或改回可写，服务自行继续", "make room, or make it writable; all goes on by itself"),
    "disk-space": Said("清理或扩容磁盘", "free some of the disk, or make it larger"),
    "database": Said("启动或切换数据库，进程自行恢复", "start it or fail over; the processes recover"),
    "writing": Said("查看数据库的磁盘，或是否连到了备库", "look at its disk, or whether this is a standby"),
    "schema": Said("升级数据库结构，或装上相符的版本", "run `xinqiao migrate`, or install the release that fits"),
    "partitions": Said("启动后台任务，它每小时建分区", "start a worker: it makes them each hour"),
    "connections": Said("查看谁占用了连接，或调高上限", "see who holds them, or raise the limit"),
    "checkpoint": Said("查看后台任务和树头文件", "is a worker running, can the head store be written?"),
    "log": Said("请审计员保存检查点", "have auditors keep checkpoints"),
    "audit": Said("查清差异后再解除停签", "see what differs and why; lift the stop only then"),
    "worker": Said("按错误的类型处理，步骤会自己重试", "see to the fault; the step is tried again by itself"),
    "deliveries": Said("查看被拒的原因，改好后重报", "see why it was refused; mend it and try again"),
    "sources": Said("查看失败的来源，联系提供方", "look at what fails, call whoever provides it"),
    "feeds": Said("联系未按承诺提交的部门", "call the agencies that do not keep their promise"),
    "held": Said("比较差异，接受或退回", "compare, then accept or discard"),
    "columns": Said("查看后台任务；看 xinqiao columns status", "is a worker running? see `xinqiao columns status`"),
    "approvals": Said("由另一位管理员批准或驳回", "another administrator approves or rejects them"),
    "own-keys": Said("轮换最久的；平台登记后启用报送密钥", "rotate the oldest; let the delivery key sign once known"),
    "client-keys": Said("请各方交来新的公钥", "have each party hand over its next public key"),
    "abnormal": Said("查看案件，与审计员一起处理", "look at the case, and decide on it with an auditor"),
    "scan": Said("查看后台任务，或运行 `xinqiao scan`", "see to the worker, or run `xinqiao scan`"),
}
# The page where it is seen to, and whose it is.
PAGES: Mapping[str, tuple[str, frozenset[str]]] = {
    "deliveries": ("/console/deliveries", frozenset({"system"})),
    "sources": ("/console/sources", frozenset({"system"})),
    "feeds": ("/console/feeds", frozenset({"system"})),
    "held": ("/console/held", frozenset({"system"})),
    "approvals": ("/console/changes", frozenset({"operator"})),
    "abnormal": ("/console/abnormal-use", frozenset({"operator"})),
    "own-keys": ("/console/keys", frozenset({"operator"})),
    "client-keys": ("/console/institutions", frozenset({"operator"})),
    "scan": ("/console/scans", frozenset({"operator", "system"})),
}


def page_of(name: str, role: str) -> str:
    """Return the page on which somebody of a role sees to a finding, "" where there is none for them."""
    path, roles = PAGES.get(name, ("", frozenset()))
    return path if role in roles else ""
