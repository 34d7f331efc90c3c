"""Errors of uploads in pieces (tus 1.0)."""

from gateway.web.errors.row import ErrorRow, Section

SECTION = Section(
    "断点续传 Uploads in pieces",
    {
        "upload-not-found": ErrorRow(
            404,
            "没有此上传，或已过期。",
            "There is no such upload, or no longer.",
            "重新开始上传。",
            "Begin anew.",
            "上传已过期、已终止或不是您的 it has expired or was ended",
        ),
        "upload-refused": ErrorRow(
            409,
            "文件传完后被拒收。",
            "The file arrived whole and was refused.",
            "按 detail 改文件，换批次号重传。",
            "Mend the file as detail says and begin anew with another batch id.",
            "缺表头 a file without a heading",
        ),
        "upload-busy": ErrorRow(
            423,
            "另一个请求正在写入此上传。",
            "Another request is writing to this upload.",
            "按 Retry-After 重试。",
            "Try again after Retry-After.",
            "两处同时续传 two senders at once",
        ),
        "offset-mismatch": ErrorRow(
            409,
            "Upload-Offset 不是已收到的字节数。",
            "Upload-Offset is not the number of bytes received.",
            "HEAD 后从该处续传。",
            "Go on from what HEAD says.",
            "`Upload-Offset: 0`，已收到 1024 字节 1024 bytes are there",
        ),
        "checksum-mismatch": ErrorRow(
            460,
            "这一段与 Upload-Checksum 不符。",
            "This piece is not what Upload-Checksum says.",
            "重发这一段。",
            "Send the piece again.",
            "传输中被改动的一段 a piece damaged on its way",
        ),
        "too-many-uploads": ErrorRow(
            409,
            "未完成的上传过多或过大。",
            "Too many uploads are unfinished, or too large together.",
            "传完或 DELETE 一个。",
            "Finish or DELETE one.",
            "又开始一个上传 one more is begun",
        ),
        "storage-full": ErrorRow(
            507,
            "网关暂无存储空间。",
            "There is no room on the gateway's disk.",
            "稍后再试。",
            "Try again later.",
            "磁盘已满 the disk is full",
        ),
        "unsupported-version": ErrorRow(
            412,
            "Tus-Resumable 不是 1.0.0。",
            "Tus-Resumable is not 1.0.0.",
            "用 1.0.0。",
            "Use 1.0.0.",
            "`Tus-Resumable: 0.2.2`",
        ),
    },
)
