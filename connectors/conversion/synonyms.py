"""Headings that mean the same: words agencies use, and the codes of the national standards and registers. Pure data."""

# Groups end in ";". Codes follow the standard for publishing penalties and licences (双公示, 2018), the national
# registers, the courts' publication, and the provincial exchange's own names (uni_social_crd_cd, comp_nm, punish_dt).
# What differs only in a last word of the same class (日期, 时间), or in a word that says nothing (行政), needs no line.
_WORDS = """
企业名称 单位名称 主体名称 机构名称 公司名称 市场主体名称 商户名称 纳税人名称 当事人 当事人名称 被处罚人 被处罚单位
  被处罚当事人 行政相对人 行政相对人名称 相对人名称 用户名称 户名 法人名称 法人单位名称 企业(机构)名称 企业或单位名称
  法人或其他组织名称 组织名称 企业全称 单位全称 entname qymc dwmc xdr_mc cf_xdr_mc xk_xdr_mc entity_name company_name
  纳税人 单位 企业 市场主体 被检查单位 检查对象 获奖单位 被检查对象 被监督单位 被抽查单位 被处罚单位名称 被处罚人名称
  当事人姓名或名称 行政管理相对人名称 经营者名称 业户名称 申请人 申请单位 被许可人 持证单位 项目单位
  法人机构名称 生产经营单位名称 taxer_nm tax_nm nsrmc frjgmc jgmc 违规主体名称 行政处罚相对人 行政许可相对人
  企业名称或自然人姓名 ;
统一社会信用代码 信用代码 社会信用代码 统一代码 统一信用代码 统一社会信用码 企业信用代码 社会统一信用代码
  社会信用代码号 统一社会信用代码证号 企业统一社会信用代码 uscc uniscid tyshxydm shxydm xydm cf_xdr_shxym xk_xdr_shxym
  credit_code uni_social_crd_cd social_credit_code unified_social_credit_code 行政相对人代码 法人或其他组织代码 ;
纳税人识别号 税号 纳税识别号 税务登记号 税务登记证号 nsrsbh tax_no taxer_no tax_payer_no tax_reg_no cf_xdr_swdj
  xk_xdr_swdj ;
组织机构代码 机构代码 法人代码 组织机构代码证号 zzjgdm cf_xdr_zzjg xk_xdr_zzjg org_no organi_code ;
注册号 工商注册号 营业执照注册号 营业执照号 工商登记号 工商登记码 营业执照编号 regno cf_xdr_gszc xk_xdr_gszc ;
行政处罚决定书文号 处罚决定书文号 处罚文号 决定书文号 行政处罚文号 处罚决定文号 决定书编号 案号 处罚文书号
  处罚文书编号 文书编号 处罚决定文书号 处罚决定书编号 行政决定文书号 admin_punish_doc punish_doc punish_code xzcfwh
  cfwh cf_wsh pendecno 文书号 文号 ;
违法行为类型 违法行为 违法类型 案由 cf_wfxw illegacttype ;
违法事实 主要违法事实 主要违法行为 处罚事由 处罚原因 事由 违法情况 违法情形 违法事由 案情 cf_sy punish_rea
  main_illg_fact main_illegal_facts ;
处罚依据 法律依据 行政处罚依据 依据 处罚法律依据 cf_yj law_basis punish_basis ;
处罚类别 处罚种类 行政处罚类别 处罚类型 处罚方式 cf_cflb cf_cflb1 punish_type ;
处罚内容 处罚结果 行政处罚内容 处理结果 处罚决定 处罚内容摘要 行政处罚决定 处罚情况 cf_nr penresult punish_result
  punish_content ;
罚款金额 罚款 处罚金额 罚金 罚没金额 罚款数额 cf_nr_fk 罚款额 罚没款金额 应缴罚款金额 punish_amt punish_money fkje ;
没收违法所得、没收非法财物的金额 没收金额 没收违法所得金额 没收违法所得 没收违法所得、没收非法财务的金额 cf_nr_wfff
  illegality_money ;
暂扣或吊销证照名称及编号 吊销证照 cf_nr_zkdx revoke_license ;
处罚决定日期 处罚日期 决定日期 作出处罚决定日期 行政处罚日期 作出处罚日期 作出日期 处罚时间 cf_jdrq pendecissdate
  处罚生效期 行政决定日期 处罚决定书签发日期 处罚生效期起 punish_date punish_decide_date cfrq cfsj ;
处罚有效期 cf_yxq 处罚截止期 punish_valid_dt ;
公示截止期 公示截止日期 公示期限 公示到期日 公示截止时间 公示结束日期 公开截止期 cf_gsjzq gsqx public_deadline ;
处罚机关 处罚机构 执法机关 执法单位 执法部门 作出处罚决定机关 作出处罚机关 作出机关 处罚单位 处罚机关单位 处罚部门
  处罚决定机关 处罚实施机关 办案机关 作出处罚决定部门 作出处罚决定行政机关名称 决定机关 决定机关名称 行政决定部门
  行政机关 cf_cfjg casedep penauth punish_org ;
行政许可决定文书号 许可文书号 许可文号 xk_wsh 许可决定书文号 许可文书编号 文书编号 文书号 文号 批准文号 批复文号
  许可决定文号 行政决定文书号 ;
行政许可决定文书名称 许可文书名称 文书名称 许可决定书名称 许可文件名称 xk_xkws lic_nm ;
许可类别 许可类型 审批类别 xk_xklb xk_splb ;
许可证书名称 证书名称 xk_xkzs licensing_nm ;
许可编号 许可证号 许可证编号 证书编号 证号 证书号 证件编号 证照号 证照编号 资质证书编号 xk_xkbh lic_no licensing_no
  cert_no ;
许可内容 许可事项 xk_nr lic_item ;
许可决定日期 许可日期 作出日期 发证日期 批准日期 发文日期 核发日期 发证时间 批复日期 准予许可日期 行政决定日期 xk_jdrq
  issue_date fzrq auth_date ;
有效期自 许可有效期自 有效期起 起始日期 有效期限起 有效期开始 xk_yxqz valid_from ava_start ;
有效期至 许可有效期至 有效期止 截止日期 到期日 有效期限止 有效期截止 有效期结束 许可截止期 许可截止日期 有效期
  有效期限 xk_yxqzi valid_to ava_end ;
许可机关 作出机关 发证机关 审批机关 批准机关 许可决定机关 行政决定部门 行政机关 xk_xkjg issue_org issure_org fzjg ;
成立日期 注册日期 设立日期 登记日期 开业日期 注册时间 esdate est_date estab_date reg_date clrq ;
核准日期 apprdate approval_date ;
企业类型 主体类型 市场主体类型 enttype ent_type comp_type ;
注册资本 注册资金 认缴注册资本 regcap reg_capital capital registered_capital zczb ;
经营范围 业务范围 opscope biz_scope business_scope opt_scop jyfw ;
住所 地址 注册地址 经营地址 住所地址 企业地址 经营场所 经营地点 生产经营地址 单位地址 dom domicile address opr_addr ;
登记机关 注册机关 regorg reg_org ;
登记状态 企业状态 经营状态 存续状态 entstatus regstate reg_state ;
法定代表人 法人代表 负责人 法定代表人姓名 frdb cf_frdb xk_frdb legal_repre legal_per ;
列入原因 列入经营异常名录原因 列入事由 列异原因 reasonin reason_in inclu_reason ;
列入日期 列入时间 列异日期 列入名单日期 datein date_in 认定日期 inclu_dt abntime ;
移出原因 移出事由 移出经营异常名录原因 reasonout reason_out ;
移出日期 移出时间 dateout date_out remove_dt rem_dt remdate ;
欠税余额 欠税金额 欠缴税额 欠税额 欠缴金额 cumu_own_amt ;
税种 欠税税种 征收项目 own_tax_type ;
等级 信用等级 评价等级 级别 评定结果 评定等级 评价结果 信用级别 信用评价等级 rank_level ;
年度 年份 评价年度 统计年份 认定年份 年 eval_year ;
评价日期 评定日期 评价时间 认定日期 eval_date ;
合同编号 合同代码 合同号 采购合同编号 contract_no ;
采购人 采购单位 采购人名称 购买方 buyer ;
供应商 供应商名称 中标供应商 成交供应商 供货商 中标单位 中标人 ;
合同金额 金额 成交金额 中标金额 采购金额 ;
户号 用户编号 账号 客户编号 用水户号 用电户号 用气户号 用户号 缴费户号 account_no ;
所属期 账期 月份 缴费月份 统计月份 统计年月 period ;
检查日期 检查时间 监督检查日期 抽查日期 抽查时间 inspdate insp_date ;
检查结果 监督检查结果 抽查结果 检查结论 检查情况 inspresult ;
检查形式 检查方式 检查类型 监督检查形式 检查类别 抽查类型 insptype ;
检查机关 检查单位 检查部门 监督检查机关 检查实施机关 抽查机关 insporg ;
荣誉名称 荣誉称号 奖项名称 表彰名称 奖项 ;
唯一标识 唯一编号 记录编号 检查编号 检查单号 检查记录编号 检查任务编号 抽查编号 检查文书编号 ;
数据来源单位 数据来源 cf_sjly xk_lydw ;
宗地编号 地块编号 宗地号 地块号 ;
竞得人 受让人 受让单位 土地使用权人 竞得单位 ;
成交价款 成交价 成交总价 出让价款 ;
备注 bz 说明 ;
"""
SYNONYMS: tuple[frozenset[str], ...] = tuple(frozenset(group.split()) for group in _WORDS.split(";") if group.strip())
