"""What the register says of the made-up enterprises beside their names: where they are, what they do, who holds them.

Districts, towns and codes of industries (GB/T 4754-2017) are real, house numbers and holders made up.
"""

from collections.abc import Callable, Mapping, Sequence

from gateway.demo.enterprises import NAMES, Enterprise, enterprise, file_of

REGISTER, HOLDERS = "ent_registration", "shareholder_contrib"
_STREETS: Mapping[str, Sequence[str]] = {
    "瓯海": ("瓯海区梧田街道", "瓯海区娄桥街道", "瓯海区郭溪街道"),
    "永嘉": ("永嘉县瓯北街道", "永嘉县桥头镇", "永嘉县乌牛街道"),
    "鹿城": ("鹿城区南汇街道", "鹿城区双屿街道", "鹿城区五马街道"),
    "龙湾": ("龙湾区永中街道", "龙湾区状元街道", "龙湾区蒲州街道"),
}
_ROADS = ("示例大道", "示例东路", "示例南路", "示例西路", "示例北路")
# The class of each trade, and what such a firm says that it does.
_INDUSTRIES: Mapping[str, tuple[str, str]] = {
    "鞋业": ("C1952", "皮鞋制造、销售"), "泵阀": ("C3443", "阀门制造、销售"), "服装": ("C1819", "服装制造、销售"),
    "眼镜": ("C3587", "眼镜制造、销售"), "电器": ("C3823", "配电开关控制设备制造、销售"),
    "汽配": ("C3670", "汽车零部件及配件制造、销售"), "包装": ("C2926", "塑料包装箱制造、销售"),
    "印刷": ("C2319", "包装装潢印刷"), "塑料": ("C2929", "塑料制品制造、销售"), "五金": ("C3351", "金属配件制造、销售"),
    "家具": ("C2110", "木质家具制造、销售"), "食品": ("C1499", "食品生产、销售"), "纺织": ("C1751", "化纤织造加工"),
    "仪表": ("C4011", "工业自动控制系统装置制造"), "建材": ("C3039", "建筑材料制造、销售"),
    "物流": ("G5431", "普通货物道路运输"), "软件": ("I6513", "应用软件开发"), "玩具": ("C2452", "塑胶玩具制造、销售"),
    "制笔": ("C2412", "笔的制造、销售"), "锁具": ("C3351", "锁具制造、销售"), "陶瓷": ("C3074", "日用陶瓷制品制造"),
}  # fmt: skip


def registrations() -> str:
    """Return the market regulator's delivery of the enterprises that the demonstration tells of."""
    common = {"成立日期": "2011-03-15", "核准日期": "2024-01-01", "注册资本": "500(万元人民币)"}
    made = [enterprise(number) for number in NAMES]
    rows = [{"企业名称": one.name, "统一社会信用代码": one.code, **registered(one), **common} for one in made]
    return file_of(REGISTER, rows)


def registered(one: Enterprise) -> Mapping[str, str]:
    """Return what stands in the register under which heading."""
    street, road = _STREETS[one.place][one.number % 3], _ROADS[one.number % 5]
    address = f"浙江省温州市{street}{road}{one.number % 480 + 1}号"
    code, scope = _INDUSTRIES[one.trade]
    return {
        "住所": address, "经营场所": address, "行业代码": code, "经营范围": scope,
        "企业类型": "个体工商户" if one.is_sole_trader else "有限责任公司",
        "登记机关": f"{one.place}示例市场监督管理局",
    }  # fmt: skip


def holders(one: Enterprise) -> Mapping[str, str]:
    """Return who holds an enterprise: another one of half its number, so that groups come of it; the first a person."""
    if one.number == 1:
        return {"股东名称": "示例股东甲", "股东证照编号": "", "股东类型": "自然人股东"}
    holder = enterprise(one.number // 2)
    return {"股东名称": holder.name, "股东证照编号": holder.code, "股东类型": "企业法人"}


OF_DATASETS: Mapping[str, Callable[[Enterprise], Mapping[str, str]]] = {REGISTER: registered, HOLDERS: holders}


def as_registered(
    dataset: str, numbers: Sequence[int], header: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[list[str]]:
    """Return sample rows of these enterprises with what the register says in the place of what a sample would."""
    say = OF_DATASETS.get(dataset)
    if say is None:
        return [list(row) for row in rows]
    told = [say(enterprise(number)) for number in numbers]
    return [
        [said.get(heading, cell) for heading, cell in zip(header, row, strict=True)]
        for said, row in zip(told, rows, strict=True)
    ]
