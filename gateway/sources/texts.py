"""What the page of sources says, Chinese and English side by side."""

from collections.abc import Mapping

SOURCE_TEXTS: Mapping[str, tuple[str, str]] = {
    "sources": ("数据来源", "Sources"),
    "source": ("来源", "Source"),
    "source-none": (
        "没有定期读取的来源；用 xinqiao source add 登记。",
        "Nothing is read on a schedule; sources are added with xinqiao source add.",
    ),
    "source-read": ("最近读取", "Last read"),
    "source-every": ("间隔", "Every"),
    "source-seconds": ("{} 秒", "{} s"),
    "source-fault": ("连续失败 {} 次", "failed {} times in a row"),
    "source-refusals": ("退回或暂存 {} 次", "refused or held {} times"),
    "source-active": ("读取中", "read"),
    "source-paused": ("已暂停", "paused"),
    "source-pause": ("暂停", "Pause"),
    "source-resume": ("恢复", "Resume"),
    "source-now": ("立即重试", "Try now"),
    "source-reset": ("从头重读", "Read again from the beginning"),
    "source-reset-hint": (
        "已入库的内容不会重复记录，但可能要读很久。",
        "What is stored makes no new records, but it may take long.",
    ),
    "source-done": ("已处理。", "Done."),
}
