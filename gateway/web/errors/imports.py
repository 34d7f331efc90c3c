"""Errors of consents that are handed in many at once: the file, and its rows."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "批量导入授权 Consents in bulk",
    {
        "import-refused": ErrorRow(
            422,
            "文件不能导入。",
            "This file cannot be taken in.",
            "按 detail 改，或用模板重做。",
            "Mend it as detail says, or begin from the template.",
            "压缩包中没有表格 an archive without a sheet",
        ),
        "import-not-found": ErrorRow(
            404,
            "没有此次导入。",
            "There is no such import.",
            "核对编号。",
            "Check its id.",
            "另一机构的导入 another institution's import",
        ),
        "import-row-unreadable": ErrorRow(
            422,
            "此行读不出来。",
            "This row cannot be read.",
            "按原因改此行，另成一个文件再交。",
            "Mend the row as it says, and hand it in with another file.",
            "扫描件不在压缩包中 the archive lacks the scan",
        ),
        "import-row-again": ErrorRow(
            409,
            "此行与前面的一行相同。",
            "This row is the same as one before.",
            "不用再交。",
            "Nothing is to be done.",
            "同一行写了两遍 one row, twice",
        ),
        "import-consent-there": ErrorRow(
            409,
            "此授权已经有了。",
            "This consent is there already.",
            "不用再交；现状见 GET /v1/consents/{id}。",
            "Nothing is to be done; see GET /v1/consents/{id}.",
            "同一份签名条款在另一个文件中交过 the same terms were in another file",
        ),
    },
)
