"""Whether a party known by its name alone is a natural person, as far as a name can tell. Pure.

A short Chinese name is a person's where it begins with a surname (百家姓 and others) and ends with no word for a shop
or a body: 张三, 欧阳某某, 张三、李四; also 买买提·某某江 and Zhang San. 同仁堂 and 中国石化 begin with none.
"""

import re
from functools import lru_cache

from connectors.conversion.sole_traders import is_organisation_name

_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉"
    "岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵"
    "席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣"
    "翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿"
    "白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾"
    "鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游"
    "竺权逯盖益桓公肖闫覃岳付代仝涂尧苟佟邸冼佘麦官银苑刑由楚门展战原展撒迟洛敬母佐青帅哈晋阳海卿岩台揭玛尼朴么"
)
_COMPOUND = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|轩辕|独孤|南宫|百里|东郭|呼延|闻人|赫连|澹台|宇文|长孙|鲜于|"
    "闾丘|太史|申屠|仲孙|完颜|纳兰|拓跋|钟离|淳于|单于|公冶|宗政|濮阳|公羊|太叔"
)
SHORT_NAME = re.compile(r"[\u3400-\u9fff·]{2,4}")
_FOREIGN = re.compile(r"[\u3400-\u9fff]{1,10}(?:·[\u3400-\u9fff]{1,10}){1,4}|[A-Z][A-Za-z]+(?:[ -][A-Z][A-Za-z]+){1,3}")
_BODY = re.compile(
    r".*(?:大学|学院|医院|银行|公司|集团|饭店|酒店|宾馆|商店|超市|小学|中学|中心|广场|商场|市场|政府|协会|商行|经营部|工作室|合作社|"
    r"[厂店馆铺坊局校镇乡])"
)
_SEVERAL = re.compile(r"[、,，;；]")
_ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）")
_BUSINESS = re.compile(r"\b(?:CO|COMPANY|STORE|SHOP|BANK|HOTEL|GROUP|SCHOOL|UNIVERSITY|TRADING|FACTORY)\b")


@lru_cache(maxsize=1 << 14)
def is_short_name(name: str) -> bool:
    """Tell whether a name is as short as a person's, and no shop's or body's: beside a person's number it is one's."""
    return SHORT_NAME.fullmatch(name) is not None and _BODY.fullmatch(name) is None


@lru_cache(maxsize=1 << 14)
def is_persons_name(name: str) -> bool:
    """Tell whether a name, or each of several joined by commas, can hardly be but a person's."""
    return all(_is_one(part.strip()) for part in _SEVERAL.split(_ASIDE.sub("", name).strip()))


def _is_one(name: str) -> bool:
    if _FOREIGN.fullmatch(name):
        return (
            not is_organisation_name(name) and _BUSINESS.search(name.upper()) is None and _BODY.fullmatch(name) is None
        )
    if not is_short_name(name):
        return False
    return (name[0] in _SURNAMES and len(name) < 4) or "某" in name[-2:] or _COMPOUND.match(name) is not None
