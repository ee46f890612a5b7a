"""A file of each kind on the list, and of many that are not."""

import io
import struct
import zipfile

from PIL import Image


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind)
    return out.getvalue()


def zipped(*names: str, first: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def iso(major: bytes, *others: bytes) -> bytes:
    brands = major + b"\0\0\2\0" + b"".join(others)
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + b"\0\0\0\x08mdat" + bytes(600)


def ole(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048) + "\0".join(streams).encode("utf-16-le")


OFFICE = "application/vnd.openxmlformats-officedocument."
KNOWN = {
    "jpeg": (picture("JPEG"), "image/jpeg"),
    "png": (picture("PNG"), "image/png"),
    "webp": (picture("WEBP"), "image/webp"),
    "gif": (picture("GIF"), "image/gif"),
    "heic": (iso(b"heic", b"mif1", b"heic"), "image/heic"),
    "heif": (iso(b"mif1", b"mif1", b"heic"), "image/heic"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
    "opus": (b"OggS" + bytes(24) + b"OpusHead" + bytes(80), "audio/ogg"),
    "vorbis": (b"OggS" + bytes(24) + b"\x01vorbis" + bytes(80), "audio/ogg"),
    "mp4": (iso(b"isom", b"isom", b"avc1"), "video/mp4"),
    "mp42": (iso(b"mp42", b"isom"), "video/mp4"),
    "mov": (iso(b"qt  ", b"qt  "), "video/quicktime"),
    "m4a": (iso(b"M4A ", b"isom", b"mp42"), "audio/mp4"),
    "3gp": (iso(b"3gp4", b"isom"), "video/3gpp"),
    "amr": (b"#!AMR\n\x3c" + bytes(60), "audio/amr"),
    "mp3 with tags": (b"ID3\x04" + bytes(60), "audio/mpeg"),
    "mp3": (b"\xff\xfb\x90\x64" + bytes(400), "audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80" + bytes(60), "audio/aac"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "audio/x-wav"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(60), "video/webm"),
    "docx": (zipped("[Content_Types].xml", "word/document.xml"), OFFICE + "wordprocessingml.document"),
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), OFFICE + "spreadsheetml.sheet"),
    "odt": (
        zipped("content.xml", first=b"application/vnd.oasis.opendocument.text"),
        "application/vnd.oasis.opendocument.text",
    ),
    "doc": (ole("Root Entry", "WordDocument"), "application/msword"),
    "xls": (ole("Root Entry", "Workbook"), "application/vnd.ms-excel"),
    "words": ("Yth. Bapak/Ibu,\r\n\tlampu mati – tulung".encode(), "text/plain"),
    "words of Windows": ("\ufeffhalo".encode("utf-16-le"), "text/plain"),
    "a heart": (b"<3 taman kota", "text/plain"),
    "table": (b"nama;alamat\nA;B\n", "text/plain"),
    "card": (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", "text/vcard"),
    "date": (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar"),
}
REFUSED = {
    "nothing": b"",
    "spaces": b" \n ",
    "html": b"<html><script>alert(1)</script>",
    "svg": b'<?xml version="1.0"?><svg onload="alert(1)"/>',
    "svg after spaces": b"\n\n  <SVG>",
    "svg after a mark": "\ufeff<svg>".encode(),
    "script": b"#!/bin/sh\nrm -rf /\n",
    "postscript": b"%!PS-Adobe-3.0",
    "rtf": rb"{\rtf1 hello}",
    "program": b"MZ\x90\0" + bytes(100),
    "elf": b"\x7fELF" + bytes(100),
    "zip": zipped("a.txt"),
    "jar": zipped("META-INF/MANIFEST.MF", "a.class"),
    "docm": zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "doc with macros": ole("WordDocument", "_VBA_PROJECT"),
    "old office of another kind": ole("PowerPoint Document"),
    "zip cut off": KNOWN["docx"][0][:-30],
    "zip that points beyond itself": KNOWN["docx"][0][:-6] + b"\xff\xff\xff\x7f\0\0",
    "avif": iso(b"avif", b"mif1"),
    "film of theora": b"OggS" + bytes(24) + b"\x80theora" + bytes(80),
    "matroska": b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska" + bytes(60),
    "avi": b"RIFF\x24\0\0\0AVI LIST" + bytes(40),
    "tiff": b"II*\0" + bytes(100),
    "bmp": b"BM" + bytes(100),
    "psd": b"8BPS\0\x01" + bytes(100),
    "rar": b"Rar!\x1a\x07\0" + bytes(60),
    "words and a control": b"halo\x00dunia",
    "other bytes": bytes(range(128, 256)),
}
