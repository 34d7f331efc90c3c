"""What a bureau is called in titles, file names and seals, beside its full name, by the agency's code. Pure data."""

_WORDS = """
court 法院
procuratorate 检察院
drc 发改 发展改革 发展和改革
econ_info 经信 经济信息化 经济和信息化 工信
education 教育局 教委 教育委员会
science_tech 科技局 科委 科学技术
public_security 公安
civil_affairs 民政
justice 司法局
finance 财政
hrss 人社 人力社保 人力资源
natural_resources 自然资源 规划 国土
ecology_env 生态环境 环保 环境保护
housing_construction 住建 住房 建委 城乡建设
transport 交通
water_resources 水务 水利
agriculture_rural 农业
commerce 商务局 商务委
culture_tourism 文化 旅游 文旅 文广
health 卫健 卫生健康 卫计 卫生局 卫生监督
emergency 应急 安监 安全生产
sasac 国资委 国有资产
market_regulation 市场监督 市场监管 市监 工商行政 食药监 食品药品 药监 质监 知识产权
sports 体育
statistics 统计局
medical_security 医保 医疗保障
local_finance 金融办 金融局 地方金融 金融工作
urban_enforcement 城管 综合执法 综合行政执法 城市管理
gov_services 政务服务 公共资源
housing_fund 公积金
tax 税务
customs 海关
maritime 海事
pboc 人民银行 外汇
cbirc 银保监 银监 金融监管总局 金融监督管理
fire_rescue 消防
tobacco 烟草
postal 邮政
meteorology 气象
telecom 通信管理 通信发展
cultural_heritage 文物
port_shipping 港航 港口
grain_reserves 粮食
civil_defence 人防 人民防空
"""
BUREAUS: dict[str, tuple[str, ...]] = {
    code: tuple(words) for code, *words in (line.split() for line in _WORDS.strip().splitlines())
}
