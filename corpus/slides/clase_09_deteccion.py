"""Builds the slides of class 9 (object detection) as a PPTX among the materials.

From the root of the repository::

    pip install python-pptx
    python corpus/slides/clase_09_deteccion.py

Equations are native ones (OMML), written the way PowerPoint writes them: the shape that holds an
equation sits in ``mc:AlternateContent``, with plain text for programs that cannot show it.
Builds repeat byte for byte with one version of python-pptx: every date is fixed.
"""

from __future__ import annotations

import datetime
import io
import math
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from office import brackets, fraction, sub, sup, total, with_dates
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.util import Emu, Inches, Pt

TARGET: Path = (
    Path(__file__).resolve().parent.parent / "materials" / "semana-06" / "clase-09-deteccion.pptx"
)
FIXED_DATE: datetime.datetime = datetime.datetime(2026, 3, 1, 12, 0, 0)
ZIP_DATE: tuple[int, int, int, int, int, int] = (2026, 3, 1, 12, 0, 0)


def rgb(value: str) -> RGBColor:
    """A colour from its six hexadecimal digits."""
    build: Any = RGBColor  # its constructors have no types
    color: RGBColor = build.from_string(value)
    return color


BLUE, ORANGE, GREEN, GREY = (
    rgb("1D3F66"),
    rgb("C8551B"),
    rgb("2F7D4F"),
    rgb("6B7480"),
)
WHITE, PALE = rgb("FFFFFF"), rgb("EEF3F8")

NS: dict[str, str] = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
}

# --- Equations (OMML) ---------------------------------------------------------


def r(text: str, *, upright: bool = False) -> str:
    """A run of an equation: italic, as variables are, or upright, as words are."""
    style = '<m:rPr><m:sty m:val="p"/></m:rPr>' if upright else ""
    italic = "0" if upright else "1"
    return (
        f'<m:r>{style}<a:rPr lang="es-CL" sz="2200" i="{italic}"><a:latin typeface="Cambria Math"/>'
        f'</a:rPr><m:t xml:space="preserve">{escape(text)}</m:t></m:r>'
    )


def w(text: str) -> str:
    """An upright word."""
    return r(text, upright=True)


def subsup(base: str, below: str, above: str) -> str:
    """A subscript and a superscript at once."""
    return f"<m:sSubSup><m:e>{base}</m:e><m:sub>{below}</m:sub><m:sup>{above}</m:sup></m:sSubSup>"


def under(word: str, below: str) -> str:
    """An operator with something below it, like the variable of a minimum."""
    return f"<m:limLow><m:e>{w(word)}</m:e><m:lim>{below}</m:lim></m:limLow>"


def equation_xml(omml: str, plain: str, ident: int, box: tuple[int, int, int, int]) -> str:
    """The shape of one equation, with its plain text for other programs."""
    x, y, cx, cy = box
    spaces = " ".join(f'xmlns:{key}="{uri}"' for key, uri in NS.items() if key != "a14")

    def shape(paragraph: str) -> str:
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr id="{ident}" name="Ecuación {ident}" '
            f'descr={quoteattr(plain)}/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
            f'<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="EEF3F8"/>'
            '</a:solidFill></p:spPr><p:txBody><a:bodyPr wrap="square" anchor="ctr"/><a:lstStyle/>'
            f"{paragraph}</p:txBody></p:sp>"
        )

    math_paragraph = (
        '<a:p><a:pPr algn="ctr"/><a14:m><m:oMathPara><m:oMathParaPr><m:jc m:val="centerGroup"/>'
        f"</m:oMathParaPr><m:oMath>{omml}</m:oMath></m:oMathPara></a14:m>"
        '<a:endParaRPr lang="es-CL" sz="2200"/></a:p>'
    )
    text_paragraph = (
        '<a:p><a:pPr algn="ctr"/><a:r><a:rPr lang="es-CL" sz="2200"/>'
        f"<a:t>{escape(plain)}</a:t></a:r></a:p>"
    )
    return (
        f'<mc:AlternateContent {spaces}><mc:Choice xmlns:a14="{NS["a14"]}" Requires="a14">'
        f"{shape(math_paragraph)}</mc:Choice><mc:Fallback>{shape(text_paragraph)}</mc:Fallback>"
        "</mc:AlternateContent>"
    )


# --- Slides -------------------------------------------------------------------


class Deck:
    """A presentation that places what it is given from top to bottom."""

    left = Inches(0.6)
    width = Inches(12.13)
    bottom = Inches(7.0)

    def __init__(self) -> None:
        self.prs: Any = Presentation()
        old = self.prs.slide_width
        self.prs.slide_width, self.prs.slide_height = Inches(13.333), Inches(7.5)
        scale = self.prs.slide_width / old
        holders = [self.prs.slide_master, *self.prs.slide_layouts]
        for shape in [shape for holder in holders for shape in holder.placeholders]:
            try:
                shape.left, shape.width, shape.top, shape.height = (
                    Emu(round(shape.left * scale)),
                    Emu(round(shape.width * scale)),
                    shape.top,
                    shape.height,
                )
            except TypeError:  # it takes its place from the master
                continue
        self.slide: Any = None
        self.y: int = 0

    def new(self, title: str, notes: str) -> None:
        """Starts a slide with a title and a body."""
        self.slide = self.prs.slides.add_slide(self.prs.slide_layouts[1])
        heading = self.slide.shapes.title
        heading.left, heading.top, heading.width, heading.height = (
            self.left,
            Inches(0.35),
            self.width,
            Inches(0.85),
        )
        heading.text_frame.text = title
        heading.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        paragraph = heading.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.runs[0].font.size, paragraph.runs[0].font.bold = Pt(32), True
        paragraph.runs[0].font.color.rgb = BLUE
        rule = self.slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, self.left, Inches(1.22), self.width, Inches(0.03)
        )
        rule.fill.solid()
        rule.fill.fore_color.rgb = ORANGE
        rule.line.fill.background()
        rule.name = "Línea del título"
        self.y = Inches(1.4)
        if notes:
            self.slide.notes_slide.notes_text_frame.text = notes

    def body(self, *lines: str, size: int = 20, width: int | None = None) -> None:
        """Fills the body: one bullet for each line; ``**`` marks a bold beginning."""
        wide = width if width is not None else self.width
        frame = self.slide.placeholders[1]
        self.fill(frame, lines, size, wide)

    def text(self, *lines: str, size: int = 20) -> None:
        """Adds a text box below what the slide has, one paragraph for each line."""
        frame = self.slide.shapes.add_textbox(self.left, self.y, self.width, Inches(1))
        frame.name = "Comentario"
        self.fill(frame, lines, size, self.width)

    def fill(self, frame: Any, lines: tuple[str, ...], size: int, wide: int) -> None:
        """Writes paragraphs into a shape, sized by how many lines they should take."""
        per_line = (wide / 12700 - 45) / (size * 0.5)
        rows = sum(math.ceil(len(line.replace("**", "")) / per_line) for line in lines)
        height = round((rows * size * 1.2 + len(lines) * 6 + 12) * 12700)
        frame.left, frame.top, frame.width, frame.height = self.left, self.y, wide, height
        text = frame.text_frame
        text.auto_size = MSO_AUTO_SIZE.NONE
        text.word_wrap = True
        for number, line in enumerate(lines):
            paragraph = text.paragraphs[0] if number == 0 else text.add_paragraph()
            paragraph.space_after = Pt(6)
            paragraph.space_before = Pt(0)
            for part, piece in enumerate(line.split("**")):
                if piece:
                    run = paragraph.add_run()
                    run.text, run.font.size, run.font.bold = piece, Pt(size), part % 2 == 1
        self.advance(height)

    def advance(self, height: int) -> None:
        """Moves down, and refuses to leave the page."""
        self.y += height + Inches(0.12)
        if self.y > self.bottom + Inches(0.2):
            title = self.slide.shapes.title.text_frame.text
            raise SystemExit(f"error: la lámina {title!r} no cabe ({self.y / 914400:.2f} in)")

    def equation(self, omml: str, plain: str, height: float = 0.95) -> None:
        """Adds a native equation."""
        ident = (
            max(
                int(value)
                for value in self.slide.shapes._spTree.xpath("//@id")
                if str(value).isdigit()
            )
            + 1
        )
        box = (self.left, self.y, self.width, Inches(height))
        self.slide.shapes._spTree.append(parse_xml(equation_xml(omml, plain, ident, box)))
        self.advance(Inches(height))

    def table(self, rows: list[list[str]], widths: list[float], size: int = 16) -> None:
        """Adds a table; its first row is the header. ``widths`` are inches."""
        heights = []
        for row in rows:
            lines = max(
                math.ceil(len(cell) * size * 0.56 / (wide * 72 - 16))
                for cell, wide in zip(row, widths, strict=True)
            )
            heights.append(round((lines * size * 1.2 + 10) * 12700))
        height = sum(heights)
        graphic = self.slide.shapes.add_table(
            len(rows), len(widths), self.left, self.y, Inches(sum(widths)), height
        )
        grid = graphic.table
        for column, wide in zip(grid.columns, widths, strict=True):
            column.width = Inches(wide)
        for i, row in enumerate(rows):
            grid.rows[i].height = heights[i]
            for j, value in enumerate(row):
                cell = grid.cell(i, j)
                cell.margin_top = cell.margin_bottom = Pt(3)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                cell.fill.solid()
                cell.fill.fore_color.rgb = BLUE if i == 0 else (PALE if i % 2 else WHITE)
                cell.text_frame.text = value
                font = cell.text_frame.paragraphs[0].font
                font.size, font.bold = Pt(size), i == 0
                font.color.rgb = WHITE if i == 0 else rgb("202020")
        self.advance(height)

    def box(
        self,
        place: tuple[float, float, float, float],
        color: RGBColor,
        label: str = "",
        *,
        filled: bool = False,
    ) -> None:
        """Draws a rectangle: left, top, width and height in inches."""
        shape = self.slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *(Inches(value) for value in place)
        )
        if filled:
            shape.fill.solid()
            shape.fill.fore_color.rgb = color
        else:
            shape.fill.background()
        shape.line.color.rgb, shape.line.width = color, Pt(2.25)
        shape.shadow.inherit = False
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = Pt(2)
        frame.text = label
        frame.vertical_anchor = MSO_ANCHOR.TOP
        run = frame.paragraphs[0]
        run.font.size, run.font.bold = Pt(14), True
        run.font.color.rgb = WHITE if filled else color

    def save(self) -> None:
        """Writes the file, with fixed dates."""
        core = self.prs.core_properties
        core.title, core.author = "Clase 9: Detección de objetos", "CC6204 Deep Learning"
        core.last_modified_by, core.language = "CC6204 Deep Learning", "es-CL"
        core.created = core.modified = FIXED_DATE
        core.revision = 1
        raw = io.BytesIO()
        self.prs.save(raw)
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_bytes(with_dates(raw, ZIP_DATE))


def opening(deck: Deck) -> None:
    """The cover, the plan and the problem."""
    slide = deck.prs.slides.add_slide(deck.prs.slide_layouts[0])
    slide.shapes.title.text_frame.text = "Detección de objetos"
    slide.placeholders[1].text_frame.text = (
        "Clase 9 · Qué hay en la imagen y dónde está\n"
        "CC6204 Deep Learning · Departamento de Ciencias de la Computación, Universidad de Chile"
    )
    slide.shapes.title.text_frame.paragraphs[0].runs[0].font.color.rgb = BLUE
    for paragraph in slide.placeholders[1].text_frame.paragraphs:
        paragraph.runs[0].font.size = Pt(22)
    slide.notes_slide.notes_text_frame.text = (
        "Partimos de las redes convolucionales de la Clase 7 y del transfer learning de la Clase "
        "8. Hoy agregamos una pregunta nueva: dónde. Pidan a alguien que cuente los objetos de la "
        "sala para mostrar que ni siquiera el número de respuestas es conocido de antemano."
    )

    deck.new(
        "Hoja de ruta",
        "Avisen que hay tres cálculos que se piden en las evaluaciones: IoU, NMS y precisión "
        "promedio. El resto son arquitecturas, y conviene recordarlas por el problema que resuelve "
        "cada una, no por sus siglas.",
    )
    deck.body(
        "**El problema:** cajas, intersección sobre unión (IoU) y anclas.",
        "**Detectores de dos etapas:** R-CNN, Fast R-CNN y Faster R-CNN.",
        "**Detectores de una etapa:** YOLO, SSD y RetinaNet con focal loss.",
        "**Después de la red:** supresión de no máximos (NMS).",
        "**Evaluar:** precisión, recall, AP y mAP.",
        "**Sin anclas ni NMS:** DETR. Y una mirada breve a la segmentación.",
        "Al final vas a poder calcular a mano IoU, NMS y AP, contar anclas y explicar qué gana y "
        "qué pierde cada familia.",
        size=22,
    )

    deck.new(
        "De clasificar a detectar",
        "La dificultad nueva es que la salida tiene tamaño variable. Una red entrega tensores de "
        "tamaño fijo, así que toda la clase trata de cómo llenar un tensor fijo con una cantidad "
        "variable de objetos. Pregunten qué tarea sirve para contar autos en un peaje.",
    )
    deck.body(
        "Clasificar responde **qué**; detectar responde **qué y dónde**, para **cada** objeto.",
        "La cantidad de respuestas cambia de una imagen a otra: puede ser 0 o 200.",
    )
    deck.table(
        [
            ["Tarea", "Salida", "Ejemplo"],
            ["Clasificación", "una clase por imagen", "«hay un perro»"],
            ["Localización", "una clase y una caja", "dónde está el único perro"],
            ["Detección", "lista de (clase, puntaje, caja)", "todos los autos y peatones"],
            ["Segmentación semántica", "una clase por píxel", "qué píxeles son calle"],
            ["Segmentación de instancias", "una máscara por objeto", "separar cada célula"],
        ],
        [3.6, 4.3, 4.2],
        size=18,
    )

    deck.new(
        "Cómo se escribe una caja",
        "Este es el error más común de los laboratorios: mezclar formatos. El código corre igual y "
        "las cajas salen corridas. Antes de entrenar, dibujen siempre diez imágenes con sus cajas.",
    )
    deck.body(
        "**Esquinas:** (x1, y1, x2, y2), arriba a la izquierda y abajo a la derecha. El eje y "
        "crece hacia abajo.",
        "**Centro y tamaño:** (cx, cy, w, h). Es la que usan YOLO y DETR, a menudo dividida por el "
        "tamaño de la imagen.",
        "**Esquina y tamaño:** (x, y, w, h), con la esquina superior izquierda. Es la de los "
        "archivos de COCO.",
        "Ejemplo: las esquinas (10, 10, 50, 50) son el centro (30, 30) con w = h = 40.",
    )
    deck.table(
        [
            ["Formato", "La misma caja", "En una imagen de 100 × 200 (ancho × alto), normalizada"],
            ["esquinas", "(10, 10, 50, 50)", "(0.10, 0.05, 0.50, 0.25)"],
            ["centro y tamaño", "(30, 30, 40, 40)", "(0.30, 0.15, 0.40, 0.20)"],
            ["esquina y tamaño", "(10, 10, 40, 40)", "(0.10, 0.05, 0.40, 0.20)"],
        ],
        [3.0, 3.3, 5.8],
    )


def overlap(deck: Deck) -> None:
    """Intersection over union."""
    deck.new(
        "IoU: cuánto se parecen dos cajas",
        "La IoU es el índice de Jaccard aplicado a áreas. Aparece cuatro veces en esta clase: al "
        "asignar anclas, en el NMS, en la evaluación y a veces dentro de la pérdida. Insistan en "
        "el máximo con cero: sin él, dos cajas separadas pueden dar un área positiva falsa.",
    )
    deck.equation(
        w("IoU")
        + brackets(r("A, B"))
        + r(" = ")
        + fraction(
            w("área") + brackets(r("A ∩ B")),
            w("área") + brackets(r("A ∪ B")),
        )
        + r(" = ")
        + fraction(r("I"), sub(r("S"), r("A")) + r(" + ") + sub(r("S"), r("B")) + r(" − I")),
        "IoU(A, B) = área(A ∩ B) / área(A ∪ B) = I / (S_A + S_B − I)",
        1.1,
    )
    deck.equation(
        r("I = ")
        + w("máx")
        + brackets(
            r("0, ")
            + w("mín")
            + brackets(subsup(r("x"), r("2"), r("A")) + r(", ") + subsup(r("x"), r("2"), r("B")))
            + r(" − ")
            + w("máx")
            + brackets(subsup(r("x"), r("1"), r("A")) + r(", ") + subsup(r("x"), r("1"), r("B")))
        )
        + r(" · ")
        + w("máx")
        + brackets(
            r("0, ")
            + w("mín")
            + brackets(subsup(r("y"), r("2"), r("A")) + r(", ") + subsup(r("y"), r("2"), r("B")))
            + r(" − ")
            + w("máx")
            + brackets(subsup(r("y"), r("1"), r("A")) + r(", ") + subsup(r("y"), r("1"), r("B")))
        ),
        "I = máx(0, mín(x2_A, x2_B) − máx(x1_A, x1_B)) · máx(0, mín(y2_A, y2_B) − máx(y1_A, y1_B))",
    )
    deck.body(
        "Vale 1 si las cajas son iguales y 0 si no se tocan.",
        "No cambia si ambas cajas se agrandan en la misma proporción: no tiene unidades.",
        "La unión **no** es la caja que envuelve a las dos.",
        "Los máximos con 0 evitan que dos distancias negativas se multipliquen y den un área "
        "positiva.",
    )

    deck.new(
        "IoU a mano",
        "Háganlo en la pizarra y pidan a la sala que diga cada número. Un error típico es restar "
        "la intersección dos veces o no restarla. Muestren que una IoU de 0.23 ya es un traslape "
        "visible: el umbral de 0.5 es más exigente de lo que parece.",
    )
    deck.body(
        "A = (10, 10, 50, 50) y B = (30, 20, 70, 60).",
        "**Ancho común:** mín(50, 70) − máx(10, 30) = 50 − 30 = 20.",
        "**Alto común:** mín(50, 60) − máx(10, 20) = 50 − 20 = 30.",
        "**Intersección:** 20 · 30 = 600.",
        "**Áreas:** 40 · 40 = 1600 cada una.",
        "**Unión:** 1600 + 1600 − 600 = 2600.",
        "**IoU** = 600 / 2600 ≈ 0.231.",
        "La caja envolvente mide 60 · 50 = 3000, más que la unión.",
        width=Inches(7.3),
    )
    deck.box((8.9, 2.4, 0.8, 1.2), ORANGE, "", filled=True)
    deck.box((8.1, 2.0, 1.6, 1.6), BLUE, "A")
    deck.box((8.9, 2.4, 1.6, 1.6), GREEN, "B")

    deck.new(
        "Lo que la IoU perdona y lo que no",
        "La tabla explica por qué los objetos chicos son difíciles: diez píxeles de error casi no "
        "importan en un bus y destruyen la detección de una pelota. La GIoU la propusieron "
        "Rezatofighi y otros en 2019 para usarla como pérdida.",
    )
    deck.body("El mismo error en píxeles pesa mucho más en un objeto chico (corrimiento en x):")
    deck.table(
        [
            ["Corrimiento", "Caja de 100 × 100", "Caja de 20 × 20"],
            ["10 píxeles", "0.818", "0.333"],
            ["20 píxeles", "0.667", "0.000"],
            ["50 píxeles", "0.333", "0.000"],
        ],
        [3.4, 3.6, 3.6],
        size=18,
    )
    deck.equation(
        w("GIoU")
        + r(" = ")
        + w("IoU")
        + r(" − ")
        + fraction(sub(r("S"), r("C")) + r(" − U"), sub(r("S"), r("C"))),
        "GIoU = IoU − (S_C − U) / S_C",
    )
    deck.text(
        "Si las cajas no se tocan, la IoU es 0 sea cual sea la distancia: no entrega gradiente. "
        "La GIoU resta la parte vacía de la caja envolvente C, con U el área de la unión. En el "
        "ejemplo: 0.231 − (3000 − 2600)/3000 ≈ 0.097. Está entre −1 y 1."
    )


def two_stages(deck: Deck) -> None:
    """From sliding windows to Faster R-CNN."""
    deck.new(
        "La primera idea: deslizar una ventana",
        "Hagan la cuenta con la sala. El punto no es solo el costo: casi todas las ventanas son "
        "fondo, y ese desbalance va a volver con la focal loss. Las propuestas reducen el número "
        "de candidatos antes de usar la red cara.",
    )
    deck.body(
        "Clasificar cada recorte de la imagen con una CNN. ¿Cuántos recortes son?",
        "Imagen de 600 × 400, ventana de 64 × 64, salto de 8: hay (600 − 64)/8 + 1 = 68 columnas y "
        "(400 − 64)/8 + 1 = 43 filas, es decir, 68 · 43 = 2924 ventanas.",
        "Con 5 tamaños y 3 formas, si cada una aporta una cantidad parecida: 15 · 2924 = 43 860 "
        "pasadas por la red.",
        "**Dos problemas:** es carísimo, y casi todo es fondo.",
        "**Propuestas de regiones:** un método barato sugiere unas 2000 zonas donde podría haber "
        "algo. Selective Search (Uijlings et al., 2013) agrupa zonas de color y textura parecidos.",
        "**Compartir cálculo:** ventanas que se traslapan repiten convoluciones. Mejor calcular "
        "las características una sola vez.",
    )

    deck.new(
        "La familia R-CNN",
        "Cuenten la historia como la búsqueda del cuello de botella: primero la CNN repetida, "
        "luego las propuestas fuera de la red. En cada paso, lo que era un programa aparte pasa a "
        "ser parte de la red y se entrena con ella.",
    )
    deck.table(
        [
            ["Modelo", "Propuestas", "Características", "Qué mejoró", "Qué quedó lento"],
            [
                "R-CNN (Girshick et al., 2014)",
                "Selective Search, unas 2000",
                "CNN sobre cada recorte",
                "características aprendidas en vez de diseñadas a mano",
                "unas 2000 pasadas de CNN por imagen",
            ],
            [
                "Fast R-CNN (Girshick, 2015)",
                "Selective Search",
                "CNN una vez; RoI pooling por región",
                "un solo entrenamiento con pérdida conjunta",
                "las propuestas, fuera de la red",
            ],
            [
                "Faster R-CNN (Ren et al., 2015)",
                "RPN: una red sobre el mismo mapa",
                "compartidas por RPN y detector",
                "propuestas aprendidas y casi gratis",
                "la segunda etapa, región por región",
            ],
        ],
        [2.5, 2.2, 2.3, 2.7, 2.4],
        size=17,
    )
    deck.body(
        "**Dos etapas:** primero «¿dónde podría haber algo?» y después «¿qué es y cómo ajusto la "
        "caja?».",
        "La clasificación final tiene K clases más una: el **fondo**.",
    )

    deck.new(
        "RoI pooling y RoIAlign",
        "Dibujen una región sobre un mapa de características y muestren el redondeo. Con stride "
        "16, medio casillero son ocho píxeles de la imagen. Para clasificar da casi lo mismo, pero "
        "para una máscara es mucho.",
    )
    deck.body(
        "Cada región tiene un tamaño distinto, pero las capas densas esperan una entrada fija.",
        "**RoI pooling:** divide la región en una grilla fija (por ejemplo, 7 × 7) y toma el "
        "máximo de cada celda. Sirve para cualquier tamaño.",
        "**El detalle:** redondea las coordenadas al mapa. Con un mapa 16 veces más chico, una "
        "región que parte en x = 100 cae en 100/16 = 6.25, y se redondea a 6, es decir, a x = 96: "
        "cuatro píxeles de error.",
        "**RoIAlign** (He et al., 2017): no redondea; interpola de forma bilineal en los puntos "
        "exactos. Es derivable y mejora sobre todo las máscaras.",
    )

    deck.new(
        "Anclas: respuestas de partida",
        "Una ancla es una hipótesis, no un dato. La red no dibuja la caja desde cero: dice si la "
        "hipótesis es buena y cuánto hay que corregirla. Recalquen los tres grupos, porque los "
        "ignorados se olvidan con frecuencia.",
    )
    deck.body(
        "En cada posición del mapa se ponen k cajas fijas, con varios tamaños y proporciones.",
        "Faster R-CNN usa 3 tamaños × 3 proporciones = 9. En un mapa de 60 × 40 son 9 · 2400 = "
        "21 600 anclas.",
        "**Al entrenar la RPN:** positiva si su IoU con un objeto es al menos 0.7 (o si es la "
        "mejor de ese objeto); negativa si con todos es menor que 0.3; el resto se ignora.",
        "Así, una cantidad variable de objetos se convierte en etiquetas para un tensor fijo.",
    )
    deck.table(
        [
            ["Ancla de área 128²", "ancho", "alto"],
            ["alto : ancho = 1 : 2", "181.0", "90.5"],
            ["alto : ancho = 1 : 1", "128.0", "128.0"],
            ["alto : ancho = 2 : 1", "90.5", "181.0"],
        ],
        [4.2, 2.4, 2.4],
    )

    deck.new(
        "Regresión de la caja",
        "Dividir por el tamaño del ancla deja los objetivos en una escala parecida para objetos "
        "grandes y chicos. El logaritmo hace que agrandar al doble y achicar a la mitad sean "
        "errores simétricos, y la exponencial garantiza anchos positivos.",
    )
    deck.equation(
        sub(r("t"), r("x"))
        + r(" = ")
        + fraction(r("x − ") + sub(r("x"), r("a")), sub(r("w"), r("a")))
        + r(" ,   ")
        + sub(r("t"), r("y"))
        + r(" = ")
        + fraction(r("y − ") + sub(r("y"), r("a")), sub(r("h"), r("a")))
        + r(" ,   ")
        + sub(r("t"), r("w"))
        + r(" = ")
        + w("ln ")
        + fraction(r("w"), sub(r("w"), r("a")))
        + r(" ,   ")
        + sub(r("t"), r("h"))
        + r(" = ")
        + w("ln ")
        + fraction(r("h"), sub(r("h"), r("a"))),
        "t_x = (x − x_a)/w_a, t_y = (y − y_a)/h_a, t_w = ln(w/w_a), t_h = ln(h/h_a)",
        1.15,
    )
    deck.body(
        "(x, y) son centros; el subíndice a es el ancla. La red predice los cuatro valores t.",
        "**Ejemplo:** ancla con centro (100, 100) y tamaño 64 × 64; objeto con centro (108, 92) y "
        "tamaño 80 × 64.",
        "t = ((108 − 100)/64, (92 − 100)/64, ln(80/64), ln(64/64)) ≈ (0.125, −0.125, 0.223, 0).",
        "**De vuelta:** x = 0.125 · 64 + 100 = 108 y w = 64 · exp(0.223) ≈ 80.",
        "Pérdida habitual: smooth L1, cuadrática cerca de cero y lineal lejos, menos sensible a "
        "valores extremos.",
    )

    deck.new(
        "Faster R-CNN: la pérdida de la RPN",
        "La idea importante es la p con asterisco: el término de caja se apaga en los negativos, "
        "porque el fondo no tiene caja. Relacionen el primer término con la entropía cruzada de la "
        "Clase 4.",
    )
    deck.equation(
        r("L = ")
        + fraction(r("1"), sub(r("N"), w("cls")))
        + total(
            r("i"),
            "",
            sub(r("L"), w("cls"))
            + brackets(sub(r("p"), r("i")) + r(", ") + subsup(r("p"), r("i"), r("*"))),
        )
        + r(" + λ ")
        + fraction(r("1"), sub(r("N"), w("reg")))
        + total(
            r("i"),
            "",
            subsup(r("p"), r("i"), r("*"))
            + sub(r("L"), w("reg"))
            + brackets(sub(r("t"), r("i")) + r(", ") + subsup(r("t"), r("i"), r("*"))),
        ),
        "L = (1/N_cls) ∑_i L_cls(p_i, p_i*) + λ (1/N_reg) ∑_i p_i* L_reg(t_i, t_i*)",
        1.2,
    )
    deck.body(
        "**p:** probabilidad de que el ancla i tenga un objeto; su etiqueta p* vale 1 o 0.",
        "**t:** los cuatro ajustes de la caja. El factor p* hace que solo las anclas positivas "
        "aporten error de caja.",
        "Para cada imagen se sortean 256 anclas, con hasta la mitad positivas: si se usaran todas, "
        "ganarían las negativas.",
        "Después se aplica NMS y pasan unas 2000 propuestas al entrenar y unas 300 al usar la red.",
        "La segunda etapa repite la receta, con K + 1 clases y un ajuste de caja por clase.",
    )


def one_stage(deck: Deck) -> None:
    """YOLO, SSD, focal loss and RetinaNet."""
    deck.new(
        "YOLO: una sola pasada",
        "Redmon y sus coautores cambiaron la pregunta: en lugar de revisar propuestas, una sola "
        "red predice todo. Muestren en el dibujo que solo la celda del centro es responsable, "
        "aunque el objeto toque muchas celdas.",
    )
    deck.body(
        "Redmon et al. (2016): la imagen se divide en una grilla de S × S.",
        "La celda donde **cae el centro** de un objeto es la responsable de predecirlo.",
        "Cada celda predice B cajas (x, y, w, h, confianza) y **un** conjunto de K probabilidades "
        "de clase.",
        "No hay propuestas ni segunda etapa: la red ve toda la imagen y confunde menos el fondo "
        "con objetos.",
        "El modelo base corría a 45 imágenes por segundo en una GPU de la época.",
        width=Inches(7.6),
    )
    for row in range(7):
        for column in range(7):
            chosen = (row, column) == (2, 3)
            deck.box(
                (8.7 + column * 0.55, 1.9 + row * 0.55, 0.55, 0.55),
                ORANGE if chosen else GREY,
                filled=chosen,
            )
    deck.box((9.73, 2.68, 1.37, 1.03), BLUE)

    deck.new(
        "El tensor de salida de YOLO",
        "Pidan a la sala que calcule el tamaño con K = 80. Luego pregunten qué pasa con dos "
        "pájaros cuyo centro cae en la misma celda: comparten las clases, así que si son de clases "
        "distintas una se pierde.",
    )
    deck.equation(
        r("S × S × ")
        + brackets(r("5B + K"))
        + r(" = 7 × 7 × ")
        + brackets(r("5 · 2 + 20"))
        + r(" = 7 × 7 × 30"),
        "S × S × (5B + K) = 7 × 7 × (5 · 2 + 20) = 7 × 7 × 30",
        0.75,
    )
    deck.body(
        "**Confianza** = P(objeto) · IoU con la caja real. Puntaje de clase = P(clase | objeto) · "
        "confianza; por ejemplo, 0.8 · 0.7 = 0.56.",
        "**Ejemplo** con imagen de 448 × 448: cada celda mide 64. Un objeto con centro (200, 150) "
        "y tamaño 160 × 120 cae en la columna ⌊200/64⌋ = 3 y la fila ⌊150/64⌋ = 2 (desde 0).",
        "Objetivos: x = 200/64 − 3 = 0.125, y = 150/64 − 2 ≈ 0.344, w = 160/448 ≈ 0.357, "
        "h = 120/448 ≈ 0.268.",
        "En total, 7 · 7 · 2 = 98 cajas por imagen: muy pocas. Cuesta detectar grupos de objetos "
        "chicos y formas poco usuales.",
        "Las versiones siguientes agregaron anclas, varias escalas y mejores pérdidas; varias de "
        "las recientes volvieron a prescindir de las anclas.",
    )

    deck.new(
        "SSD: predecir en varias escalas",
        "El mapa fino ve objetos chicos y el grueso ve los grandes, porque su campo receptivo es "
        "mayor. Sumen las filas de la tabla con la sala: 8732 cajas para una imagen de 300 por "
        "300.",
    )
    deck.body(
        "Liu et al. (2016): convoluciones que predicen clases y ajustes desde **seis** mapas.",
        "Mapas finos para objetos chicos; mapas gruesos para objetos grandes.",
    )
    deck.table(
        [
            ["Mapa (SSD300)", "38 × 38", "19 × 19", "10 × 10", "5 × 5", "3 × 3", "1 × 1", "Total"],
            ["cajas por posición", "4", "6", "6", "6", "4", "4", ""],
            ["cajas", "5776", "2166", "600", "150", "36", "4", "8732"],
        ],
        [2.9, 1.3, 1.3, 1.3, 1.2, 1.2, 1.2, 1.4],
        size=18,
    )
    deck.text(
        "Casi todas son fondo. SSD usa hard negative mining: ordena los negativos por su pérdida y "
        "conserva los más difíciles, a lo más 3 por cada positivo. Con 10 anclas positivas entran "
        "30 negativas, no 8722. Debilidad: los mapas finos tienen poca semántica, porque vienen de "
        "capas tempranas."
    )

    deck.new(
        "El desbalance y la focal loss",
        "La focal loss no cambia la red: cambia a quién se le hace caso. Con gamma igual a cero se "
        "recupera la entropía cruzada ponderada. Relacionen el factor con la idea de estudiar lo "
        "que todavía no se sabe.",
    )
    deck.body(
        "Un detector de una etapa mira decenas de miles de anclas y solo unas pocas tienen objeto. "
        "Los negativos **fáciles** pesan poco uno a uno, pero suman muchísimo.",
        "Lin et al. (2017) agregan un factor que apaga los ejemplos ya bien clasificados:",
    )
    deck.equation(
        w("FL")
        + brackets(sub(r("p"), r("t")))
        + r(" = − ")
        + sub(r("α"), r("t"))
        + sup(brackets(r("1 − ") + sub(r("p"), r("t"))), r("γ"))
        + w(" ln ")
        + sub(r("p"), r("t")),
        "FL(p_t) = − α_t (1 − p_t)^γ ln p_t",
        0.85,
    )
    deck.text(
        "p_t es la probabilidad que el modelo da a la respuesta correcta: p si hay objeto, 1 − p "
        "si es fondo. Los autores usan γ = 2 y α = 0.25 para los positivos. Con γ = 0 queda la "
        "entropía cruzada con pesos."
    )

    deck.new(
        "La focal loss con números",
        "Lean la tabla por filas: el ejemplo fácil se divide por diez mil y el difícil casi no "
        "cambia. Después comparen las dos sumas. Es el cambio de 81 por ciento a menos de una "
        "décima de por ciento.",
    )
    deck.table(
        [
            ["p_t", "entropía cruzada", "focal (γ = 2, sin α)", "se divide por"],
            ["0.99", "0.0101", "0.000001", "10 000"],
            ["0.90", "0.1054", "0.00105", "100"],
            ["0.50", "0.6931", "0.1733", "4"],
            ["0.10", "2.3026", "1.8651", "1.23"],
        ],
        [2.2, 3.2, 3.6, 2.6],
        size=18,
    )
    deck.body(
        "**Una imagen:** 100 000 anclas fáciles con p_t = 0.99 y 100 difíciles con p_t = 0.1.",
        "**Entropía cruzada:** las fáciles suman 1005.0 y las difíciles 230.3. Lo fácil es el 81 % "
        "de la pérdida.",
        "**Focal:** las fáciles suman 0.10 y las difíciles 186.5. Lo fácil es el 0.05 %.",
        "Si γ es muy grande, también se apagan ejemplos que todavía enseñan.",
    )

    deck.new(
        "RetinaNet",
        "RetinaNet mostró que la brecha entre una y dos etapas era en gran parte un problema de "
        "pérdida. El truco del sesgo es corto y muy útil en cualquier problema desbalanceado: "
        "verifiquen el número con una calculadora.",
    )
    deck.body(
        "**Red base:** ResNet (Clase 7) con una **FPN** (Lin et al., 2017), una pirámide que baja "
        "la semántica de los mapas gruesos a los finos, sumando.",
        "**Dos ramas convolucionales** con pesos compartidos entre niveles: una para clases, con "
        "sigmoides; otra para las cuatro correcciones.",
        "**Focal loss** sobre todas las anclas: no hace falta sortear negativos.",
        "**Inicialización:** al partir, cada ancla debe decir «objeto» con probabilidad π = 0.01.",
    )
    deck.equation(
        r("b = − ")
        + w("ln ")
        + brackets(fraction(r("1 − π"), r("π")))
        + r(" = − ")
        + w("ln ")
        + r("99 ≈ −4.595"),
        "b = − ln((1 − π)/π) = − ln 99 ≈ −4.595",
        1.0,
    )
    deck.text(
        "Con b = 0 todas dirían 0.5, y 100 000 negativos aportarían una pérdida enorme en el "
        "primer paso."
    )


def after_network(deck: Deck) -> None:
    """Non-maximum suppression and evaluation."""
    deck.new(
        "NMS: quedarse con una caja por objeto",
        "El NMS no se entrena: es un algoritmo voraz que va después de la red. Pregunten qué pasa "
        "con dos personas abrazadas. El NMS se aplica por clase: un perro no debe borrar al gato "
        "que tiene encima.",
    )
    deck.body(
        "Varias anclas vecinas detectan el mismo objeto. La **supresión de no máximos** elimina "
        "las repetidas, por separado en cada clase:",
        "1. Botar las cajas con puntaje bajo (por ejemplo, menor que 0.05).",
        "2. Tomar la caja de mayor puntaje y guardarla.",
        "3. Eliminar las restantes cuya IoU con ella supere un umbral, como 0.5.",
        "4. Repetir desde 2 con las que sobrevivan.",
        "**Umbral bajo:** borra objetos cercanos de verdad. **Umbral alto:** deja duplicados.",
        "**Soft-NMS** (Bodla et al., 2017) no elimina: baja el puntaje según el traslape.",
        "En PyTorch: torchvision.ops.nms(cajas, puntajes, 0.5), con cajas (x1, y1, x2, y2).",
    )

    deck.new(
        "NMS a mano",
        "Recorran la tabla en orden de puntaje. La caja F es la interesante: se traslapa con A y "
        "con C, pero poco, y sobrevive. Pregunten qué cambiaría con umbral 0.2: A la eliminaría. "
        "Nunca se compara F con B, porque B ya salió.",
    )
    deck.body("Seis cajas de la misma clase, umbral de IoU 0.5, en orden de puntaje:", size=18)
    deck.table(
        [
            ["Caja", "Coordenadas", "Puntaje", "IoU con A", "IoU con C", "Destino"],
            ["A", "(20, 20, 100, 100)", "0.95", "—", "0", "se guarda (1.ª)"],
            ["B", "(28, 24, 108, 104)", "0.90", "0.747", "0", "eliminada por A"],
            ["C", "(120, 30, 180, 110)", "0.80", "0", "—", "se guarda (2.ª)"],
            ["D", "(16, 30, 96, 110)", "0.70", "0.711", "0", "eliminada por A"],
            ["E", "(124, 36, 184, 112)", "0.60", "0", "0.794", "eliminada por C"],
            ["F", "(70, 20, 150, 100)", "0.55", "0.231", "0.231", "se guarda (3.ª)"],
        ],
        [1.0, 3.2, 1.4, 1.7, 1.7, 3.0],
    )
    deck.text(
        "Quedan A, C y F. Cuenta de la IoU entre A y B: intersección (100 − 28) · (100 − 24) = 72 "
        "· 76 = 5472; unión 6400 + 6400 − 5472 = 7328; 5472 / 7328 ≈ 0.747. Con umbral 0.2, A "
        "también habría eliminado a F."
    )

    deck.new(
        "¿Cuándo una detección es correcta?",
        "La regla de un solo acierto por objeto es la que obliga a tener un buen NMS. No hay "
        "verdaderos negativos: el número de cajas que no son objeto es infinito, por eso no se usa "
        "exactitud ni curva ROC.",
    )
    deck.body(
        "Se fija un umbral de IoU, como 0.5, y se recorren las detecciones de mayor a menor "
        "puntaje.",
        "**Verdadero positivo (TP):** clase correcta e IoU al menos 0.5 con un objeto todavía "
        "libre.",
        "**Falso positivo (FP):** poca IoU, clase equivocada o **repetida** (el objeto ya fue "
        "asignado).",
        "**Falso negativo (FN):** objeto que nadie detectó. No hay verdaderos negativos.",
    )
    deck.equation(
        w("precisión")
        + r(" = ")
        + fraction(w("TP"), w("TP") + r(" + ") + w("FP"))
        + r(" ,     ")
        + w("recall")
        + r(" = ")
        + fraction(w("TP"), w("TP") + r(" + ") + w("FN")),
        "precisión = TP / (TP + FP), recall = TP / (TP + FN)",
        1.05,
    )
    deck.text(
        "Precisión: de lo que dije, ¿cuánto era cierto? Recall (o exhaustividad): de lo que había, "
        "¿cuánto encontré? Al bajar el umbral de puntaje el recall no baja, y la precisión sube o "
        "baja."
    )

    deck.new(
        "Precisión y recall, paso a paso",
        "Llenen la tabla con la sala. Ojo con el denominador del recall: son los cinco objetos "
        "reales, no las ocho detecciones. El quinto objeto nunca aparece, así que el recall no "
        "llega a uno.",
    )
    deck.body("Una clase, 5 objetos reales y 8 detecciones ordenadas por puntaje:", size=18)
    deck.table(
        [
            ["Detección", "1", "2", "3", "4", "5", "6", "7", "8"],
            ["¿acierto?", "TP", "TP", "FP", "TP", "FP", "FP", "TP", "FP"],
            ["TP acumulados", "1", "2", "2", "3", "3", "3", "4", "4"],
            ["precisión", "1.000", "1.000", "0.667", "0.750", "0.600", "0.500", "0.571", "0.500"],
            ["recall", "0.2", "0.4", "0.4", "0.6", "0.6", "0.6", "0.8", "0.8"],
            [
                "mejor precisión desde aquí",
                "1.000",
                "1.000",
                "0.750",
                "0.750",
                "0.600",
                "0.571",
                "0.571",
                "0.500",
            ],
        ],
        [3.2, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1],
    )
    deck.text(
        "La última fila es la mejor precisión desde esa detección en adelante. En la primera de "
        "cada nivel de recall (1, 2, 4 y 7) es la envolvente, que quita los dientes de sierra. Con "
        "un umbral de puntaje entre las detecciones 4 y 5, el detector tendría precisión 0.75 y "
        "recall 0.6."
    )

    deck.new(
        "AP: el área bajo la curva",
        "Hagan la suma por tramos: cada vez que sube el recall se agrega un rectángulo. El último "
        "tramo aporta cero porque el detector nunca encontró el quinto objeto. Así el AP castiga "
        "tanto los errores como las omisiones.",
    )
    deck.equation(
        w("AP")
        + r(" = ")
        + total(
            r("k"),
            "",
            brackets(sub(r("r"), r("k")) + r(" − ") + sub(r("r"), r("k−1")))
            + sub(r("p"), w("env"))
            + brackets(sub(r("r"), r("k"))),
        )
        + r(" ,     ")
        + sub(r("p"), w("env"))
        + brackets(r("r"))
        + r(" = ")
        + under("máx", r("s ≥ r"))
        + r(" p")
        + brackets(r("s")),
        "AP = ∑_k (r_k − r_{k−1}) p_env(r_k), con p_env(r) = máx_{s ≥ r} p(s)",
        1.15,
    )
    deck.table(
        [
            ["Tramo de recall", "0 a 0.2", "0.2 a 0.4", "0.4 a 0.6", "0.6 a 0.8", "0.8 a 1.0"],
            ["precisión envolvente", "1.000", "1.000", "0.750", "0.571", "0"],
            ["área (0.2 × precisión)", "0.200", "0.200", "0.150", "0.114", "0"],
        ],
        [3.2, 1.7, 1.7, 1.7, 1.7, 1.7],
        size=18,
    )
    deck.body(
        "**AP** ≈ 0.200 + 0.200 + 0.150 + 0.114 = 0.664.",
        "Con la interpolación antigua de 11 puntos (PASCAL VOC 2007): (5 · 1 + 2 · 0.75 + 2 · "
        "0.571 + 2 · 0)/11 ≈ 0.695. Con 101 puntos, como COCO: 0.668.",
        "La misma lista de detecciones da tres números: di siempre qué protocolo usaste.",
    )

    deck.new(
        "mAP: promedio de clases y de umbrales",
        "Un 0.40 en COCO puede ser bueno y un 0.40 en VOC no lo sería, porque el promedio de "
        "umbrales exige cajas muy ajustadas. Recuerden preguntar siempre a qué umbral corresponde "
        "el número que leen.",
    )
    deck.equation(
        w("mAP")
        + r(" = ")
        + fraction(r("1"), r("K"))
        + total(r("c=1"), r("K"), sub(w("AP"), r("c")))
        + r(" ,     ")
        + sub(w("AP"), w("COCO"))
        + r(" = ")
        + fraction(r("1"), r("10"))
        + total(
            r("u ∈ ") + brackets(r("0.50, 0.55, …, 0.95"), "{", "}"), "", sub(w("mAP"), r("u"))
        ),
        "mAP = (1/K) ∑_{c=1}^{K} AP_c;  AP_COCO = (1/10) ∑_{u ∈ {0.50, 0.55, …, 0.95}} mAP_u",
        1.25,
    )
    deck.body(
        "**PASCAL VOC:** un solo umbral de IoU, 0.5 (se escribe AP50).",
        "**COCO:** promedio de 10 umbrales, de 0.50 a 0.95: premia las cajas bien ajustadas.",
        "También informa AP75 y AP de objetos chicos (área menor que 32²), medianos y grandes.",
        "**Ejemplo:** tres clases con AP 0.664, 0.80 y 0.45 dan mAP = 1.914/3 = 0.638.",
        "Cada clase pesa igual, tenga 10 o 10 000 objetos: una clase rara y mala se nota.",
        "La AP resume todos los umbrales de puntaje; para usar el detector igual hay que elegir "
        "uno.",
    )


def transformers_and_masks(deck: Deck) -> None:
    """DETR and segmentation."""
    deck.new(
        "DETR: detección como predicción de conjuntos",
        "La pregunta guía es qué piezas hechas a mano se pueden quitar. DETR quita las anclas y el "
        "NMS con dos ideas: consultas de objeto y emparejamiento uno a uno. La atención se explica "
        "en las Clases 11 y 12; aquí basta con «cada consulta mira toda la imagen».",
    )
    deck.body(
        "Carion et al. (2020): CNN, más un transformer (Clase 12), más N = 100 **consultas de "
        "objeto** aprendidas.",
        "Cada consulta mira toda la imagen y entrega una clase y una caja, o bien «sin objeto».",
        "Las 100 respuestas salen en paralelo. No puede haber más objetos que N.",
        "Al entrenar se emparejan predicciones y objetos **uno a uno**, con costo total mínimo:",
    )
    deck.equation(
        r("σ̂ = ")
        + under("arg mín", r("σ"))
        + total(
            r("i=1"),
            r("N"),
            sub(r("L"), w("match"))
            + brackets(sub(r("y"), r("i")) + r(", ") + sub(r("ŷ"), r("σ(i)"))),
        ),
        "σ̂ = arg mín_σ ∑_{i=1}^{N} L_match(y_i, ŷ_{σ(i)})",
        1.15,
    )
    deck.text(
        "El costo mezcla la probabilidad de la clase, la distancia L1 entre cajas y la GIoU. Como "
        "cada objeto premia a una sola consulta, repetir es un error: no hace falta NMS."
    )

    deck.new(
        "El emparejamiento húngaro, a mano",
        "Muestren primero la solución voraz y pidan a la sala que la mejore. Aquí hay solo seis "
        "permutaciones; el algoritmo húngaro resuelve N cubo, y en Python está en SciPy con el "
        "nombre linear_sum_assignment.",
    )
    deck.body("Costos de emparejar tres objetos (filas) con tres predicciones (columnas):", size=18)
    deck.table(
        [
            ["", "predicción 1", "predicción 2", "predicción 3"],
            ["objeto 1", "0.20", "0.30", "0.90"],
            ["objeto 2", "0.25", "0.80", "0.70"],
            ["objeto 3", "0.90", "0.40", "0.60"],
        ],
        [2.6, 2.6, 2.6, 2.6],
        size=18,
    )
    deck.text(
        "Voraz, objeto por objeto: 1→1 (0.20), 2→3 (0.70), 3→2 (0.40). Total 1.30.",
        "Óptimo: 1→2 (0.30), 2→1 (0.25), 3→3 (0.60). Total 1.15, el menor de las 6 permutaciones.",
        "El objeto 1 cedió su favorita porque al objeto 2 le costaba mucho más cambiar.",
        "En contra de DETR: el original necesitó hasta 500 épocas y era débil con objetos chicos. "
        "Deformable DETR (Zhu et al., 2021) aceleró el entrenamiento con atención dispersa.",
    )

    deck.new(
        "Segmentación: etiquetar píxeles",
        "Usen una foto con dos personas traslapadas. La semántica pinta una sola mancha «persona»; "
        "la de instancias las separa; la panóptica además pinta el cielo y el suelo. Relacionen "
        "las conexiones de U-Net con las residuales de la Clase 7: aquí se concatena, allá se "
        "suma.",
    )
    deck.table(
        [
            ["Tipo", "Qué entrega", "¿Separa objetos?", "Modelo de referencia"],
            ["semántica", "una clase por píxel", "no", "FCN (2015), U-Net (2015)"],
            ["de instancias", "una máscara por objeto", "sí", "Mask R-CNN (2017)"],
            ["panóptica", "clase e instancia por píxel", "sí", "Kirillov et al. (2019)"],
        ],
        [2.3, 3.7, 2.5, 3.6],
        size=18,
    )
    deck.body(
        "**U-Net** (Ronneberger, Fischer y Brox): un codificador que achica, un decodificador que "
        "agranda y atajos que concatenan mapas del mismo tamaño. Recupera bordes finos.",
        "**Mask R-CNN** (He et al.): Faster R-CNN con RoIAlign y una tercera rama que predice una "
        "máscara binaria por clase en cada región.",
        "La máscara usa sigmoides y no softmax: las clases no compiten en cada píxel, porque la "
        "rama de clasificación ya decidió.",
        size=18,
    )

    deck.new(
        "Medir máscaras: IoU y Dice",
        "Dice e IoU ordenan igual un mismo par de máscaras, porque una es función creciente de la "
        "otra. Por eso nunca hay que comparar el Dice de un artículo con la IoU de otro: Dice "
        "siempre se ve mejor.",
    )
    deck.equation(
        w("Dice")
        + r(" = ")
        + fraction(r("2 |A ∩ B|"), r("|A| + |B|"))
        + r(" = ")
        + fraction(r("2 ") + w("IoU"), r("1 + ") + w("IoU")),
        "Dice = 2|A ∩ B| / (|A| + |B|) = 2 IoU / (1 + IoU)",
        1.05,
    )
    deck.body(
        "Con los números de antes: 2 · 600 / 3200 = 0.375, y también 2 · 0.2308 / 1.2308 = 0.375.",
        "**mIoU:** se calcula la IoU de los píxeles de cada clase y se promedian las clases.",
        "**La exactitud por píxel engaña:** si el tumor ocupa el 1 % de la imagen, decir «todo "
        "sano» acierta el 99 %, con IoU 0 para la clase tumor.",
        "**Pérdidas:** entropía cruzada por píxel, pérdida de Dice (1 − Dice) o la suma de ambas, "
        "útil con clases desbalanceadas.",
    )


def closing(deck: Deck) -> None:
    """What to choose, common mistakes, summary and questions."""
    deck.new(
        "¿Qué familia elegir?",
        "No hay un ganador universal: depende del tamaño de los objetos, del tiempo disponible y "
        "de cuántos datos hay. En un proyecto del curso, partan de pesos preentrenados, como en la "
        "Clase 8, y midan antes de cambiar de arquitectura.",
    )
    deck.table(
        [
            ["Familia", "Anclas", "NMS", "A favor", "En contra"],
            ["Faster R-CNN", "sí", "sí", "precisa, fácil de extender a máscaras", "más lenta"],
            ["YOLO", "según la versión", "casi siempre", "tiempo real", "objetos chicos y juntos"],
            ["SSD", "sí", "sí", "simple, varias escalas", "objetos chicos"],
            ["RetinaNet", "sí", "sí", "maneja bien el desbalance", "muchas anclas que ajustar"],
            ["DETR", "no", "no", "pocas piezas hechas a mano", "entrena lento"],
        ],
        [2.0, 2.0, 1.8, 3.7, 2.6],
        size=17,
    )
    deck.body(
        "Con pocos datos: transfer learning desde COCO (Clase 8) y aumentación que **también** "
        "transforme las cajas.",
        "Al reflejar una imagen de ancho W, las esquinas pasan a (W − x2, y1, W − x1, y2).",
    )

    deck.new(
        "Errores comunes",
        "Cada uno de estos errores ha costado un fin de semana a alguien. El más traicionero es el "
        "formato de las cajas, porque la pérdida baja de todas formas. Sugieran una prueba "
        "automática: la IoU de cada caja consigo misma debe ser 1.",
    )
    deck.body(
        "**Mezclar formatos de caja** (esquinas con centro y tamaño) o píxeles con normalizadas.",
        "**Aumentar la imagen y no las cajas:** al reflejar o recortar, se mueven las dos.",
        "**Hacer NMS entre todas las clases** cuando los objetos se enciman de verdad.",
        "**Filtrar con puntaje alto antes de calcular el AP:** se corta la curva y el AP baja.",
        "**Comparar AP50 con AP de COCO:** el segundo casi siempre es mucho menor.",
        "**Anclas que no calzan:** si los objetos son carteles muy anchos, ninguna ancla cuadrada "
        "llega a IoU 0.5. Revisa los tamaños de tus datos.",
        "**Contar una detección repetida como acierto:** solo la primera es TP.",
    )

    deck.new(
        "Resumen",
        "Cierren volviendo a la pregunta inicial: cómo llenar un tensor fijo con un número "
        "variable de objetos. Anclas, celdas y consultas son tres respuestas a la misma pregunta.",
    )
    deck.body(
        "Detectar es predecir una **lista de largo variable** con un tensor de tamaño fijo.",
        "La **IoU** mide el traslape y aparece al asignar anclas, en el NMS y al evaluar.",
        "**R-CNN → Fast → Faster:** cada paso elimina el cuello de botella anterior.",
        "**YOLO y SSD** predicen en una pasada; la **focal loss** resuelve el desbalance.",
        "El **NMS** es voraz: guarda la mejor caja y elimina las que se le parecen.",
        "**AP** es el área bajo precisión–recall; **mAP** promedia clases y, en COCO, umbrales.",
        "**DETR** empareja uno a uno y se libra de anclas y NMS.",
        "Próxima clase: secuencias, donde lo variable es el **largo** (Clase 10).",
    )

    deck.new(
        "Preguntas y ejercicios",
        "Los ejercicios 1, 3 y 4 son de lápiz y papel, del tipo que aparece en el control. El 6 es "
        "para conversar: no tiene una única respuesta.",
    )
    deck.body(
        "1. Calcula la IoU de (0, 0, 4, 4) y (2, 2, 6, 6). (Respuesta: 4/28 ≈ 0.143.)",
        "2. ¿Cuántos números tiene la salida de YOLO con S = 7, B = 2 y K = 80? (Respuesta: 7 · 7 "
        "· 90 = 4410.)",
        "3. Repite el NMS de la clase con umbral 0.73. ¿Qué cajas quedan?",
        "4. Si la detección 3 del ejemplo hubiera sido TP (5 objetos reales, el resto igual), "
        "¿cuánto valdría el AP?",
        "5. Demuestra que Dice = 2 IoU / (1 + IoU).",
        "6. Un detector avisa de peatones en un auto. ¿Prefieres precisión o recall? ¿Y si activa "
        "el freno de emergencia?",
        "7. ¿Por qué una caja de ancla con IoU 0.5 no se usa ni como positiva ni como negativa en "
        "la RPN?",
    )

    deck.new("Lecturas", "")
    deck.body(
        "R. Girshick, J. Donahue, T. Darrell y J. Malik (2014). Rich Feature Hierarchies for "
        "Accurate Object Detection and Semantic Segmentation. CVPR.",
        "S. Ren, K. He, R. Girshick y J. Sun (2015). Faster R-CNN: Towards Real-Time Object "
        "Detection with Region Proposal Networks. NIPS.",
        "J. Redmon, S. Divvala, R. Girshick y A. Farhadi (2016). You Only Look Once: Unified, "
        "Real-Time Object Detection. CVPR.",
        "W. Liu et al. (2016). SSD: Single Shot MultiBox Detector. ECCV.",
        "T.-Y. Lin, P. Goyal, R. Girshick, K. He y P. Dollár (2017). Focal Loss for Dense Object "
        "Detection. ICCV.",
        "K. He, G. Gkioxari, P. Dollár y R. Girshick (2017). Mask R-CNN. ICCV.",
        "N. Carion et al. (2020). End-to-End Object Detection with Transformers. ECCV.",
        "O. Ronneberger, P. Fischer y T. Brox (2015). U-Net: Convolutional Networks for Biomedical "
        "Image Segmentation. MICCAI.",
        size=18,
    )


def main() -> int:
    """Builds the presentation."""
    deck = Deck()
    for part in (
        opening,
        overlap,
        two_stages,
        one_stage,
        after_network,
        transformers_and_masks,
        closing,
    ):
        part(deck)
    deck.save()
    print(f"{TARGET.name}: {len(deck.prs.slides)} láminas, {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
