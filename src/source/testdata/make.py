#!/usr/bin/env python3
"""Makes the workbooks and the CSV files beside it, by programs that share no code with Rollbook.

    pip install openpyxl XlsxWriter msoffcrypto-tool
    python3 make.py
"""

import csv
import datetime
import io
import pathlib
import struct
import zipfile

import msoffcrypto.format.ooxml
import openpyxl
import xlsxwriter

HERE = pathlib.Path(__file__).parent


def staff():
    """Every kind of cell; a hidden sheet first, a gap, an empty row and a note beside the table."""
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title = "Lists"
    hidden.sheet_state = "hidden"
    hidden["A1"] = "not this one"
    sheet = book.create_sheet("Staff")
    sheet.append(["Id", "Name", "Start", "Active", "Card", "Grade"])
    sheet.append([42, "Ann", datetime.date(2024, 3, 1), True, 1234567890123450, "=NA()"])
    sheet.append([7, "Zoë & <Co>", datetime.datetime(2024, 2, 29, 8, 30), False, 1.5, "E1"])
    sheet["A5"], sheet["F5"] = 100001, "E2"
    sheet["H5"] = "a note beside the table"
    for row in range(2, 6):
        sheet.cell(row, 1).number_format = "00000"
    # What Excel stores beside a formula; openpyxl writes no results.
    sheet["F2"].data_type, sheet["F2"].value = "e", "#N/A"
    book.create_sheet("More")["A1"] = "nor this"
    book.save(HERE / "staff.xlsx")


def epoch_1904():
    with xlsxwriter.Workbook(HERE / "epoch1904.xlsx", {"date_1904": True}) as book:
        sheet = book.add_worksheet("Staff")
        sheet.write_row(0, 0, ["Id", "Start"])
        sheet.write(1, 0, "E1")
        sheet.write_datetime(1, 1, datetime.datetime(2024, 3, 1), book.add_format({"num_format": "dd/mm/yyyy"}))


def formulas():
    """Results that are kept beside formulas, inline strings, rich text, and a cell with blanks only."""
    with xlsxwriter.Workbook(HERE / "formulas.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Id", "Name"])
        sheet.write_formula(1, 0, '="E"&1', None, "E1")
        sheet.write_rich_string(1, 1, book.add_format({"bold": True}), "An", "n")
        sheet.write_string(2, 0, "  ")
        sheet.write_formula(3, 0, "=1/0", None, "#DIV/0!")


def far():
    with xlsxwriter.Workbook(HERE / "far.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Id")
        sheet.write(1048575, 16383, "x")


def locked():
    with open(HERE / "staff.xlsx", "rb") as source, open(HERE / "locked.xlsx", "wb") as target:
        msoffcrypto.format.ooxml.OOXMLFile(source).encrypt("secret", target)


def parts_of(name):
    with zipfile.ZipFile(HERE / name) as package:
        return {part: package.read(part) for part in package.namelist()}


def package(name, parts):
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as target:
        for part, content in parts.items():
            target.writestr(part, content)


def hostile():
    """Two that ask for too much memory and one that lies about its size."""
    parts = parts_of("epoch1904.xlsx")
    package("bomb.xlsx", parts | {"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * 20_000_000})
    strings = parts["xl/sharedStrings.xml"]
    count = strings.index(b'uniqueCount="') + len(b'uniqueCount="')
    package("count.xlsx", parts | {"xl/sharedStrings.xml": strings[:count] + b"99999999999999" + strings[count:]})
    package("liar.xlsx", parts)
    honest = len(parts["xl/sharedStrings.xml"])
    raw = bytearray((HERE / "liar.xlsx").read_bytes())
    # Both in front of the part and in the directory, so that the two agree.
    name = raw.index(b"xl/sharedStrings.xml")
    for size in (name - 8, raw.index(b"xl/sharedStrings.xml", name + 1) - 22):
        assert raw[size:size + 4] == struct.pack("<L", honest)
        raw[size:size + 4] = struct.pack("<L", honest - 9)
    (HERE / "liar.xlsx").write_bytes(raw)


def others():
    package("book.xlsb", {"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b""})
    package("book.ods", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                         "META-INF/manifest.xml": b"<x/>", "content.xml": b"<x/>"})
    package("hr.zip", {"hr.csv": b"id\n1\n"})


def rows():
    """CSV files whose row numbers and cells Python's csv module has counted, one row a line of .txt."""
    texts = {
        "blanks": "\n\nid,name\n\nE1,Ann\n\n\nE2,Ben\n\n",
        "crlf": "\r\nid,name\r\nE1,Ann\r\n\r\n\r\nE2,Ben\r\n",
        "multiline": 'id,name\n"E\n1","An\n\nn"\n\n"E2","a ""b"", c"\nE3,"x\r\ny"\nE4,\n',
        "mixed": 'id,name\r\n\nE1,"A\n\nnn"\r\n,\n \nE2,"B"\nE3,C',
        "mac": 'id,name\r\rE1,Ann\r"E2","B"\r\rE3,C\r',
        "unended": "id,name\n\nE1,A\n\n\nE2,B",
    }
    for name, text in texts.items():
        (HERE / f"{name}.csv").write_bytes(text.encode())
        found = csv.reader(io.StringIO(text, newline=""))
        lines = [f"{number}:{'|'.join(cells)!r}" for number, cells in enumerate(found, 1)
                 if any(cell.strip() for cell in cells)]
        (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")


staff()
epoch_1904()
formulas()
far()
locked()
hostile()
others()
rows()
