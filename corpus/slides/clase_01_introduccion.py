"""Builds the slides of class 1 (introduction and history) as a PowerPoint file.

From the root of the repository::

    pip install python-pptx
    python corpus/slides/clase_01_introduccion.py

Builds repeat byte for byte with one version of python-pptx: fixed dates, in the document and in
the archive. The file in the repository was made with python-pptx 1.0.2.
"""

from __future__ import annotations

import datetime
import io
import itertools
from collections.abc import Sequence
from pathlib import Path

from office import with_dates
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

TARGET: Path = (
    Path(__file__).resolve().parent.parent
    / "materials"
    / "semana-01"
    / "clase-01-introduccion.pptx"
)
DATE: datetime.datetime = datetime.datetime(2026, 3, 1)
BLUE: RGBColor = RGBColor(0x1D, 0x3F, 0x66)
LIGHT: RGBColor = RGBColor(0xDF, 0xE9, 0xF3)
ORANGE: RGBColor = RGBColor(0xC8, 0x55, 0x1B)
GREEN: RGBColor = RGBColor(0x2F, 0x7D, 0x4F)
GREY: RGBColor = RGBColor(0x6B, 0x74, 0x80)
WHITE: RGBColor = RGBColor(0xFF, 0xFF, 0xFF)
BLACK: RGBColor = RGBColor(0x1A, 0x1A, 0x1A)
LEFT: float = 0.6
WIDTH: float = 12.13
FOOTER: str = "CC6204 · Clase 1: Introducción e historia"


class Deck:
    """A 16:9 presentation with the course's colours."""

    def __init__(self) -> None:
        self.file = Presentation()
        self.file.slide_width = Inches(13.333)
        self.file.slide_height = Inches(7.5)
        self._style_layouts()

    def _style_layouts(self) -> None:
        """Moves the default layouts from 4:3 to 16:9 and gives their text its size and colour."""
        styles = self.file.slide_master.element.find(
            "{http://schemas.openxmlformats.org/presentationml/2006/main}txStyles"
        )
        a = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
        title = styles[0].find(f"{a}lvl1pPr")
        title.set("algn", "l")
        run = title.find(f"{a}defRPr")
        run.set("sz", "3000")
        run.set("b", "1")
        for level, size in ((1, "2000"), (2, "1800")):
            styles[1].find(f"{a}lvl{level}pPr").find(f"{a}defRPr").set("sz", size)
        for where in (self.file.slide_master, *self.file.slide_layouts):
            for shape in where.placeholders:
                kind = shape.placeholder_format.idx
                if kind == 0:
                    place(shape, LEFT, 0.35, WIDTH, 0.9)
                elif kind == 1:
                    place(shape, LEFT, 1.45, WIDTH, 5.35)
        cover = self.file.slide_layouts[0].placeholders
        place(cover[0], 1.0, 2.0, 11.3, 1.4)
        place(cover[1], 1.0, 3.6, 11.3, 2.2)

    def cover(self, title: str, lines: Sequence[str], notes: str) -> None:
        """The first slide."""
        slide = self.file.slides.add_slide(self.file.slide_layouts[0])
        slide.shapes.title.text = title
        write(slide.placeholders[1].text_frame, lines, 22, bullets=False)
        for paragraph in slide.shapes.title.text_frame.paragraphs:
            paragraph.runs[0].font.size = Pt(44)
            paragraph.runs[0].font.color.rgb = BLUE
        slide.notes_slide.notes_text_frame.text = notes

    def slide(
        self,
        title: str,
        body: Sequence[str],
        notes: str = "",
        *,
        table: Sequence[Sequence[str]] | None = None,
        widths: Sequence[float] | None = None,
        size: int = 22,
        table_size: int = 15,
        body_top: float = 1.45,
        body_height: float | None = None,
        body_width: float = WIDTH,
        table_top: float = 1.5,
    ):
        """A title, a body (lines that start with "- " are a second level) and maybe a table.

        Returns the slide, for drawings.
        """
        slide = self.file.slides.add_slide(self.file.slide_layouts[1])
        slide.shapes.title.text = title
        slide.shapes.title.text_frame.paragraphs[0].runs[0].font.color.rgb = BLUE
        frame = slide.placeholders[1]
        if body_height is not None or body_width != WIDTH or body_top != 1.45:
            place(frame, LEFT, body_top, body_width, body_height or 6.8 - body_top)
        write(frame.text_frame, body, size)
        rule = slide.shapes.add_connector(
            MSO_CONNECTOR.STRAIGHT, Inches(LEFT), Inches(1.27), Inches(LEFT + WIDTH), Inches(1.27)
        )
        rule.line.color.rgb = ORANGE
        rule.line.width = Pt(1.75)
        number = len(self.file.slides)
        text_box(slide, LEFT, 6.98, 8, 0.35, FOOTER, size=11, color=GREY)
        text_box(
            slide, 11.7, 6.98, 1.03, 0.35, str(number), size=11, color=GREY, align=PP_ALIGN.RIGHT
        )
        if table is not None:
            add_table(slide, table, widths or [1.0] * len(table[0]), table_top, table_size)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
        return slide

    def save(self, target: Path) -> None:
        """Writes the file, with the same bytes every time."""
        core = self.file.core_properties
        core.title = "Clase 1: Introducción e historia"
        core.author = core.last_modified_by = "CC6204 Deep Learning"
        core.language = "es-CL"
        core.subject = "CC6204 Deep Learning"
        core.created = core.modified = core.last_printed = DATE
        core.revision = 1
        buffer = io.BytesIO()
        self.file.save(buffer)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(with_dates(buffer, DATE.timetuple()[:6]))


def place(shape, left: float, top: float, width: float, height: float) -> None:
    """Puts a shape somewhere, in inches."""
    shape.left, shape.top = Inches(left), Inches(top)
    shape.width, shape.height = Inches(width), Inches(height)


def write(frame, lines: Sequence[str], size: int, *, bullets: bool = True) -> None:
    """Fills a text frame: text between asterisks is bold, a line after a tab is code."""
    frame.word_wrap = True
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        if line.startswith("\t"):
            write_code(paragraph, line[1:], size - 2)
            continue
        second = line.startswith("- ")
        paragraph.level = 1 if second else 0
        paragraph.space_after = Pt(7 if bullets else 4)
        for j, piece in enumerate(line.removeprefix("- ").split("*")):
            if piece:
                run = paragraph.add_run()
                run.text = piece
                run.font.bold = j % 2 == 1
                run.font.size = Pt(size - 2 if second else size)
                run.font.color.rgb = BLACK


def write_code(paragraph, line: str, size: int) -> None:
    """One line of code, without a bullet."""
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", "0")
    properties.set("indent", "0")
    paragraph.space_after = Pt(2)
    bullet = "{http://schemas.openxmlformats.org/drawingml/2006/main}buNone"
    properties.append(properties.makeelement(bullet, {}))
    run = paragraph.add_run()
    run.text = line
    run.font.name, run.font.size = "Consolas", Pt(size)
    run.font.color.rgb = BLUE


def text_box(
    slide,
    left: float,
    top: float,
    width: float,
    height: float,
    text: str,
    *,
    size: int = 16,
    color: RGBColor = BLACK,
    align: PP_ALIGN = PP_ALIGN.LEFT,
    bold: bool = False,
) -> None:
    """A free text."""
    frame = slide.shapes.add_textbox(
        Inches(left), Inches(top), Inches(width), Inches(height)
    ).text_frame
    frame.word_wrap = True
    frame.text = text
    for paragraph in frame.paragraphs:
        paragraph.alignment = align
        for run in paragraph.runs:
            run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, color


def add_table(
    slide, rows: Sequence[Sequence[str]], widths: Sequence[float], top: float, size: int
) -> None:
    """A table as wide as the slide; the first row is its header."""
    height = 0.36 + 0.012 * (size - 14)
    table = slide.shapes.add_table(
        len(rows),
        len(rows[0]),
        Inches(LEFT),
        Inches(top),
        Inches(WIDTH),
        Inches(height * len(rows)),
    ).table
    for column, width in enumerate(widths):
        table.columns[column].width = Emu(int(Inches(WIDTH) * width / sum(widths)))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            cell = table.cell(i, j)
            cell.text = text
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.fill.solid()
            cell.fill.fore_color.rgb = BLUE if i == 0 else (LIGHT if i % 2 else WHITE)
            for run in cell.text_frame.paragraphs[0].runs:
                run.font.size, run.font.bold = Pt(size), i == 0
                run.font.color.rgb = WHITE if i == 0 else BLACK


def box(
    slide,
    kind: MSO_SHAPE,
    left: float,
    top: float,
    width: float,
    height: float,
    text: str = "",
    *,
    fill: RGBColor = LIGHT,
    color: RGBColor = BLUE,
    size: int = 16,
) -> None:
    """A filled shape with a short text."""
    shape = slide.shapes.add_shape(kind, Inches(left), Inches(top), Inches(width), Inches(height))
    shape.fill.solid()
    shape.fill.fore_color.rgb = fill
    shape.line.color.rgb = BLUE
    shape.shadow.inherit = False
    frame = shape.text_frame
    frame.text, frame.word_wrap, frame.vertical_anchor = text, True, MSO_ANCHOR.MIDDLE
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.CENTER
        for run in paragraph.runs:
            run.font.size, run.font.color.rgb = Pt(size), color


def line(slide, x1: float, y1: float, x2: float, y2: float, color: RGBColor = GREY) -> None:
    """A thin straight line."""
    shape = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, Inches(x1), Inches(y1), Inches(x2), Inches(y2)
    )
    shape.line.color.rgb = color
    shape.line.width = Pt(1)


def opening(deck: Deck) -> None:
    """What deep learning is."""
    deck.cover(
        "Introducción e historia",
        [
            "Clase 1 · Qué es el aprendizaje profundo, de dónde viene y qué vamos a hacer",
            "CC6204 Deep Learning",
            "Departamento de Ciencias de la Computación, Universidad de Chile",
        ],
        "Bienvenida al curso. Hoy no hay derivadas: la meta es entender qué problema resuelve el "
        "aprendizaje profundo y por qué tardó setenta años en despegar. Pregunta inicial para la "
        "sala: ¿qué sistema con redes neuronales usaste hoy antes de llegar a clases?",
    )
    deck.slide(
        "Hoja de ruta",
        [
            "*Primera parte: las ideas.* Qué es aprender desde datos, qué es una red y por qué se "
            "llama «profunda».",
            "*Segunda parte: la historia.* Neuronas lógicas, perceptrón, dos inviernos, "
            "backpropagation, ImageNet, transformers y modelos de lenguaje.",
            "*Tercera parte: el oficio.* Cómo se evalúa un modelo, cuándo no conviene usar "
            "aprendizaje profundo y qué límites tiene.",
            "*Cuarta parte: el curso.* Programa, herramientas y primer código.",
            "Al final de la clase vas a poder explicar las diferencias entre IA, aprendizaje de "
            "máquinas y aprendizaje profundo, ubicar los hitos principales y leer tu primer "
            "ciclo de entrenamiento.",
        ],
        "Recorre las cuatro partes en un minuto. Recalca que la historia no es decoración: cada "
        "invierno terminó por razones técnicas que el curso va a explicar con detalle.",
    )
    slide = deck.slide(
        "IA, aprendizaje de máquinas y aprendizaje profundo",
        [
            "*Inteligencia artificial (IA):* lograr que un computador haga tareas que asociamos "
            "con inteligencia. Incluye búsqueda, lógica y planificación.",
            "*Aprendizaje de máquinas:* programas que mejoran en una tarea con la experiencia, "
            "es decir, a partir de datos.",
            "*Redes neuronales:* funciones formadas por muchas unidades simples conectadas.",
            "*Aprendizaje profundo (deep learning):* redes con varias capas que aprenden sus "
            "propias representaciones, de principio a fin.",
            "Cada una está contenida en la anterior: todo aprendizaje profundo es aprendizaje de "
            "máquinas, pero no al revés.",
        ],
        "Dibuja los conjuntos anidados y pide ejemplos de cada anillo. Un motor de ajedrez clásico "
        "con búsqueda está en IA pero no en aprendizaje; un árbol de decisión aprende pero no "
        "es una red. Así evitamos usar los términos como sinónimos.",
        body_width=7.0,
        size=20,
    )
    for left, top, width, height, fill in (
        (7.9, 1.5, 4.85, 4.9, LIGHT),
        (8.35, 2.35, 3.95, 3.95, WHITE),
        (8.85, 3.3, 2.95, 2.9, LIGHT),
        (9.3, 4.2, 2.05, 1.9, ORANGE),
    ):
        box(slide, MSO_SHAPE.OVAL, left, top, width, height, fill=fill)
    for top, text, color in (
        (1.75, "IA", BLUE),
        (2.65, "Aprendizaje de máquinas", BLUE),
        (3.6, "Redes neuronales", BLUE),
        (4.8, "Aprendizaje\nprofundo", WHITE),
    ):
        text_box(slide, 8.82, top, 3.0, 0.4, text, size=15, color=color, align=PP_ALIGN.CENTER)
    deck.slide(
        "Programar reglas o aprender desde ejemplos",
        [
            "¿Cómo escribirías las reglas que distinguen un 3 de un 8 a partir de 784 píxeles? "
            "Nadie sabe hacerlo bien a mano. Con ejemplos sí se puede *aprender la función*.",
        ],
        "La comparación no dice que un enfoque sea mejor: dice cuándo sirve cada uno. El cálculo "
        "de un impuesto se programa; el reconocimiento de una letra manuscrita se aprende. "
        "Pregunta en qué columna pondrían un filtro de spam.",
        table=[
            ["", "Programación clásica", "Aprendizaje de máquinas"],
            ["Entregas", "reglas y datos", "datos y respuestas esperadas"],
            ["Obtienes", "respuestas", "una función que generaliza"],
            ["Si algo falla", "corriges una regla", "corriges datos, modelo o pérdida"],
            [
                "Funciona bien si",
                "las reglas se conocen",
                "hay ejemplos y las reglas no se conocen",
            ],
            ["Explicar una respuesta", "se sigue el código", "suele ser difícil"],
            ["Ejemplo", "calcular un impuesto", "reconocer una letra manuscrita"],
        ],
        widths=[2.2, 4.2, 5.2],
        body_height=1.0,
        table_top=2.7,
        table_size=16,
    )
    deck.slide(
        "Los tres ingredientes de un sistema que aprende",
        [
            "*Modelo:* una función f(x; θ) con parámetros θ que podemos ajustar.",
            "*Pérdida:* un número L(θ) que dice qué tan malas son las respuestas en los ejemplos.",
            "*Optimizador:* un procedimiento que cambia θ para que la pérdida baje.",
            "Ejemplo mínimo: f(x) = w·x + b con los datos (1, 3), (2, 5), (3, 7). La pérdida es el "
            "promedio de los errores al cuadrado.",
        ],
        "Haz la segunda fila con la sala: los residuos son 1, 2 y 3, sus cuadrados suman 14 y el "
        "promedio es 4.67. Todo el curso son variaciones de estos tres ingredientes: modelos más "
        "ricos, pérdidas más finas y optimizadores mejores.",
        table=[
            ["w", "b", "Predicciones", "Errores (y − predicción)", "Pérdida promedio"],
            ["0", "0", "0, 0, 0", "3, 5, 7", "(9 + 25 + 49) / 3 = 27.67"],
            ["1", "1", "2, 3, 4", "1, 2, 3", "(1 + 4 + 9) / 3 = 4.67"],
            ["2", "1", "3, 5, 7", "0, 0, 0", "0"],
        ],
        widths=[0.8, 0.8, 2.6, 3.4, 3.8],
        body_height=3.1,
        table_top=4.75,
        table_size=16,
    )
    slide = deck.slide(
        "Una red neuronal, sin misterio",
        [
            "Cada *neurona* calcula una suma ponderada de sus entradas, le agrega un sesgo y "
            "aplica una función simple, como max(0, z).",
            "Una *capa* es un grupo de neuronas que miran las mismas entradas. Con matrices: "
            "h = f(W x + b).",
            "Una *red* encadena capas: la salida de una es la entrada de la siguiente.",
            "Sin la función no lineal, encadenar capas no sirve: W2 (W1 x) es otra función lineal, "
            "con matriz W2 W1.",
            "Los parámetros son los pesos W y los sesgos b. La arquitectura (cuántas capas, de qué "
            "tamaño) la eliges tú.",
        ],
        "Aclara que la analogía con el cerebro es inspiración histórica y nada más. Si alguien "
        "pregunta por qué hace falta la no linealidad, escribe el producto de dos matrices: una "
        "composición de funciones lineales es lineal.",
        body_width=6.9,
        size=20,
    )
    columns = ((8.2, (2.1, 3.2, 4.3)), (10.2, (1.6, 2.7, 3.8, 4.9)), (12.1, (2.65, 3.75)))
    for (x1, left_ys), (x2, right_ys) in itertools.pairwise(columns):
        for y1 in left_ys:
            for y2 in right_ys:
                line(slide, x1 + 0.25, y1 + 0.25, x2 + 0.25, y2 + 0.25)
    for (x, ys), fill in zip(columns, (WHITE, LIGHT, ORANGE), strict=True):
        for y in ys:
            box(slide, MSO_SHAPE.OVAL, x, y, 0.5, 0.5, fill=fill)
    for x, text in ((7.55, "entradas"), (9.55, "capa oculta"), (11.45, "salidas")):
        text_box(slide, x, 5.7, 1.8, 0.4, text, size=15, color=GREY, align=PP_ALIGN.CENTER)
    deck.slide(
        "¿Por qué «profundo»?",
        [
            "Porque hay varias capas entre la entrada y la salida, y cada una construye sobre la "
            "anterior. En una red que mira fotos se suele observar algo así:",
            "- primeras capas: bordes, manchas y colores;",
            "- capas intermedias: texturas y partes, como una rueda o un ojo;",
            "- últimas capas: objetos completos.",
            "Antes, una persona diseñaba las *características* (por ejemplo, histogramas de "
            "bordes) y luego un clasificador simple decidía. Hoy *las características también "
            "se aprenden*: a eso se le llama aprendizaje de representaciones.",
            "La profundidad permite reutilizar: muchas clases comparten los mismos bordes y "
            "texturas. Con una sola capa oculta se puede aproximar casi cualquier función "
            "continua, pero a veces hacen falta muchísimas neuronas.",
        ],
        "El teorema de aproximación universal (Cybenko, 1989; Hornik, Stinchcombe y White, 1989) "
        "dice que una capa oculta basta en principio, pero no cuántas neuronas necesita ni si el "
        "entrenamiento las encontrará. La profundidad es una forma de gastar mejor los parámetros.",
    )
    deck.slide(
        "¿Cuántos parámetros tiene una red?",
        [
            "Una capa densa de n entradas y m salidas tiene n·m pesos y m sesgos. Para dígitos de "
            "28 × 28 píxeles con una capa oculta de 128 neuronas y 10 clases:",
        ],
        "Haz la cuenta en la pizarra. Luego compara con GPT-3: solo guardar sus pesos con dos "
        "bytes por número ocupa 350 GB, más que la memoria de cualquier GPU común. En la Clase 19 "
        "veremos cómo se achica un modelo.",
        table=[
            ["Capa", "Cuenta", "Parámetros"],
            ["entrada → oculta", "784 × 128 + 128", "100 480"],
            ["oculta → salida", "128 × 10 + 10", "1 290"],
            ["total de la red", "100 480 + 1 290", "101 770"],
            ["AlexNet (2012)", "convoluciones y capas densas", "unos 60 millones"],
            ["GPT-3 (2020)", "transformer", "175 000 millones"],
        ],
        widths=[3, 4.5, 3],
        body_height=1.05,
        table_top=2.75,
        table_size=17,
    )


def history(deck: Deck) -> None:
    """From 1943 to today."""
    slide = deck.slide(
        "Ochenta años en una línea",
        [
            "La historia avanza en olas: entusiasmo, promesas exageradas, desilusión y una idea "
            "técnica que permite seguir. Los períodos de poco financiamiento se llaman "
            "*inviernos de la IA*.",
        ],
        "Muestra primero la forma general: tres olas y dos inviernos. Después entramos en cada "
        "una. Las fechas de los inviernos son aproximadas y distintos autores las corren un par "
        "de años.",
        body_height=1.45,
    )
    eras = (
        ("1943–1968", "Neuronas lógicas y perceptrón", LIGHT, BLUE),
        ("1969–1980", "Primer invierno", GREY, WHITE),
        ("1980–1995", "Conexionismo y backpropagation", LIGHT, BLUE),
        ("1995–2006", "Segundo invierno de las redes", GREY, WHITE),
        ("2006–2012", "Preentrenamiento, GPU e ImageNet", LIGHT, BLUE),
        ("2012–2017", "Explosión: visión, voz, juegos", ORANGE, WHITE),
        ("2017–hoy", "Transformers y modelos de lenguaje", ORANGE, WHITE),
    )
    step = WIDTH / len(eras)
    for i, (years, text, fill, color) in enumerate(eras):
        box(
            slide,
            MSO_SHAPE.PENTAGON,
            LEFT + i * step,
            3.1,
            step - 0.05,
            0.9,
            years,
            fill=fill,
            color=color,
            size=15,
        )
        text_box(
            slide, LEFT + i * step, 4.15, step - 0.05, 1.3, text, size=15, align=PP_ALIGN.CENTER
        )
    deck.slide(
        "1943–1959: los cimientos",
        [
            "*1943. McCulloch y Pitts* proponen una neurona lógica: suma entradas binarias y "
            "dispara si supera un umbral. Redes de esas neuronas calculan AND, OR y NOT.",
            "*1949. Donald Hebb* sugiere que una conexión se refuerza cuando las dos neuronas se "
            "activan juntas. Es la primera regla de aprendizaje.",
            "*1950. Alan Turing* pregunta si las máquinas pueden pensar y propone el juego de la "
            "imitación; también imagina una máquina que aprende como una niña o un niño.",
            "*1956. Taller de Dartmouth:* McCarthy, Minsky, Rochester y Shannon usan el nombre "
            "«inteligencia artificial».",
            "*1959. Arthur Samuel* describe un programa de damas que mejora jugando y populariza "
            "la expresión «machine learning».",
        ],
        "La neurona de McCulloch y Pitts no aprende: sus pesos se fijan a mano. El aprendizaje "
        "llega con Hebb, pero como hipótesis biológica. Falta juntar las dos ideas en una máquina, "
        "y eso hace Rosenblatt.",
    )
    deck.slide(
        "1958: el perceptrón",
        [
            "Frank Rosenblatt propone una neurona cuyos pesos *se aprenden desde ejemplos*, con "
            "una regla que corrige solo cuando se equivoca.",
            "El *Mark I Perceptron* fue una máquina física con una grilla de 20 × 20 fotoceldas y "
            "pesos que se movían con motores.",
            "En 1960, *Widrow y Hoff* presentan ADALINE, que minimiza el error cuadrático con "
            "pasos de descenso de gradiente: un antepasado directo de lo que hacemos hoy.",
            "La prensa de la época anunció máquinas que algún día caminarían y hablarían. La "
            "distancia entre la promesa y lo que la máquina hacía preparó la caída.",
            "En la Clase 2 construiremos un perceptrón y demostraremos qué puede aprender.",
        ],
        "Subraya el contraste: matemáticamente el perceptrón es una recta que se mueve. Aun así, "
        "la idea de ajustar pesos por ensayo y error es la semilla de todo el curso.",
    )
    deck.slide(
        "1969–1980: el primer invierno",
        [
            "*1969. Minsky y Papert* publican Perceptrons: un perceptrón de una capa no puede "
            "calcular XOR ni otras funciones no separables linealmente.",
            "Se sabía que agregar capas ayudaba, pero no había un método conocido para "
            "*entrenarlas*: ¿cómo repartir la culpa del error entre capas ocultas?",
            "*1973. El informe Lighthill* critica los resultados de la IA en el Reino Unido y se "
            "recorta el financiamiento.",
            "Mientras tanto, la semilla ya existía: *Linnainmaa (1970)* describe la "
            "diferenciación en modo reverso y *Werbos (1974)* propone usarla en modelos "
            "que aprenden. Casi nadie lo notó.",
            "Lección: una limitación real de un modelo chico se leyó como una limitación de "
            "toda la familia.",
        ],
        "Evita el mito simple de que un libro mató al campo: también había computadores muy "
        "lentos, pocos datos y promesas incumplidas. La respuesta técnica a XOR la verán en la "
        "Clase 2 y el método para entrenar capas ocultas, en la Clase 3.",
    )
    deck.slide(
        "1980–1995: vuelven las redes",
        [
            "*1980. Fukushima* presenta el Neocognitron, una red por capas inspirada en la "
            "corteza visual: abuela de las redes convolucionales.",
            "*1982. Hopfield* describe una red con memoria asociativa y una función de energía.",
            "*1986. Rumelhart, Hinton y Williams* muestran que backpropagation entrena capas "
            "ocultas y que estas aprenden representaciones útiles.",
            "*1989. LeCun y colegas* entrenan una red convolucional que lee códigos postales "
            "escritos a mano.",
            "*1991 y 1994.* Hochreiter, y luego Bengio, Simard y Frasconi, explican por qué cuesta "
            "aprender dependencias largas: el gradiente se desvanece.",
        ],
        "Backpropagation no es una regla nueva de cálculo, es la regla de la cadena bien "
        "organizada. Lo importante de 1986 fue el experimento: las unidades ocultas descubrían "
        "conceptos que nadie les había enseñado.",
    )
    deck.slide(
        "1995–2006: el segundo invierno de las redes",
        [
            "*1995. Cortes y Vapnik* publican las máquinas de vectores de soporte: buena teoría, "
            "optimización convexa y excelentes resultados con pocos datos.",
            "Las redes parecían un arte: muchos hiperparámetros, mínimos locales, "
            "entrenamiento lento y ninguna garantía.",
            "Aun así aparecen dos piezas que hoy estudiamos:",
            "- *1997. Hochreiter y Schmidhuber:* la LSTM, una celda con compuertas (Clase 10).",
            "- *1998. LeCun, Bottou, Bengio y Haffner:* LeNet-5, que leía cheques (Clase 7).",
            "Los conjuntos de datos eran pequeños: MNIST tiene 60 000 imágenes de entrenamiento. "
            "Con tan pocos datos y sin GPU, la ventaja de las redes no se notaba.",
        ],
        "Aquí conviene un mensaje humano: los grupos que siguieron trabajando en redes tuvieron "
        "poca atención durante una década. La idea correcta puede necesitar que cambien las "
        "condiciones: más datos y más cómputo.",
    )
    deck.slide(
        "2006–2012: se juntan las piezas",
        [
            "*2006. Hinton, Osindero y Teh:* redes profundas preentrenadas capa por capa, sin "
            "etiquetas. Empieza a usarse el nombre «deep learning».",
            "*2009. Raina, Madhavan y Ng:* entrenar en GPU acelera mucho el cálculo.",
            "*2009. Deng y colegas* presentan ImageNet, con millones de fotos etiquetadas. Su "
            "competencia anual usa 1.2 millones de imágenes y 1000 clases.",
            "*2010 y 2011.* Nair y Hinton, y luego Glorot, Bordes y Bengio, muestran las ventajas "
            "de la ReLU, max(0, z), frente a la sigmoide y la tanh.",
            "*2012. Krizhevsky, Sutskever y Hinton* ganan ImageNet con AlexNet: una red "
            "convolucional de unos 60 millones de parámetros, entrenada menos de una semana en "
            "dos GPU de videojuegos, con ReLU y dropout.",
        ],
        "AlexNet no trae una sola idea nueva: combina convoluciones de 1989, ReLU, dropout, "
        "aumento de datos y GPU. Usó dos tarjetas GTX 580 con 3 GB de memoria cada una durante "
        "cinco o seis días.",
    )
    slide = deck.slide(
        "ImageNet: el error que convenció a todos",
        [
            "*Error top-5* del mejor sistema de cada año en clasificación: porcentaje de fotos en "
            "que la clase correcta no está entre las cinco respuestas más probables.",
        ],
        "Lee las barras de izquierda a derecha: de 2011 a 2012 el error cae más de nueve puntos. "
        "El 16.4 de 2012 es sin datos externos; con preentrenamiento adicional, AlexNet llegó a "
        "15.3, y el segundo lugar obtuvo 26.2. Desde ese año, casi todos usaron redes profundas.",
        body_height=1.1,
    )
    bars = (
        ("2010", 28.2, "sin redes profundas"),
        ("2011", 25.8, "sin redes profundas"),
        ("2012", 16.4, "AlexNet"),
        ("2013", 11.7, "Clarifai"),
        ("2014", 6.7, "GoogLeNet"),
        ("2015", 3.57, "ResNet"),
    )
    for i, (year, error, name) in enumerate(bars):
        left, height = 1.3 + i * 1.85, error * 0.108
        box(
            slide,
            MSO_SHAPE.RECTANGLE,
            left,
            6.0 - height,
            1.2,
            height,
            fill=GREY if i < 2 else ORANGE,
        )
        text_box(
            slide,
            left - 0.3,
            5.55 - height,
            1.8,
            0.4,
            f"{error} %",
            size=17,
            bold=True,
            align=PP_ALIGN.CENTER,
        )
        text_box(
            slide,
            left - 0.35,
            6.05,
            1.9,
            0.7,
            f"{year}\n{name}",
            size=14,
            color=GREY,
            align=PP_ALIGN.CENTER,
        )
    line(slide, 1.0, 6.0, 12.2, 6.0, BLUE)
    deck.slide(
        "2012–hoy: los hitos",
        ["En una década, el aprendizaje profundo pasó de clasificar fotos a conversar."],
        "No hay que memorizar la tabla: es un mapa del curso. La columna derecha dice dónde "
        "volvemos a cada tema. Pide a la sala que apueste qué fila les parecía imposible cuando "
        "entraron a la universidad.",
        table=[
            ["Año", "Hito", "Por qué importa", "Clase"],
            ["2013", "word2vec (Mikolov et al.)", "palabras como vectores", "13"],
            ["2014", "GAN (Goodfellow et al.)", "generar imágenes con dos redes rivales", "17"],
            [
                "2014",
                "Atención (Bahdanau, Cho y Bengio)",
                "traducir mirando donde corresponde",
                "11",
            ],
            ["2015", "ResNet (He et al.)", "152 capas con atajos", "7"],
            ["2016", "AlphaGo (Silver et al.)", "vence a un campeón de go", "—"],
            ["2017", "Transformer (Vaswani et al.)", "solo atención, en paralelo", "12"],
            ["2018", "BERT (Devlin et al.)", "preentrenar y ajustar en lenguaje", "13"],
            ["2020", "GPT-3 (Brown et al.)", "aprende de ejemplos en el texto de entrada", "13"],
            ["2020", "Difusión (Ho, Jain y Abbeel)", "imágenes a partir de ruido", "17"],
            ["2021", "AlphaFold 2 (Jumper et al.)", "estructura de proteínas", "—"],
            ["2022", "ChatGPT", "modelos ajustados con preferencias humanas", "14"],
        ],
        widths=[0.8, 4.2, 5.3, 0.9],
        body_height=0.6,
        table_top=2.15,
        table_size=14,
        size=18,
    )
    deck.slide(
        "¿Por qué recién ahora?",
        [
            "*Datos.* Internet, cámaras y personas que etiquetan. De miles de ejemplos a "
            "millones, y luego a textos sin etiquetar con billones de palabras.",
            "*Cómputo.* Las GPU multiplican matrices en paralelo, justo la operación central de "
            "una red.",
            "*Ideas.* ReLU, mejores inicializaciones, dropout, normalización, atajos residuales, "
            "Adam, atención.",
            "*Software libre.* Theano, TensorFlow (2015) y PyTorch (2016) calculan derivadas por "
            "nosotros: probar una idea pasó de meses a horas.",
            "*Comunidad abierta.* Artículos en arXiv, código, datos y competencias públicas.",
            "Ninguno basta por sí solo. Las redes convolucionales de 1989 y las LSTM de 1997 "
            "existían; esperaban datos y cómputo.",
        ],
        "Los billones son en español: millones de millones. Este es un buen momento para una "
        "pregunta abierta: si mañana se acabaran los datos nuevos, ¿qué ingrediente permitiría "
        "seguir avanzando?",
    )
    deck.slide(
        "Reconocimientos",
        [
            "*Premio Turing 2018:* Yoshua Bengio, Geoffrey Hinton y Yann LeCun, por los avances "
            "que hicieron de las redes profundas una pieza central de la computación.",
            "*Nobel de Física 2024:* John Hopfield y Geoffrey Hinton, por trabajos "
            "fundacionales que permiten el aprendizaje de máquinas con redes neuronales.",
            "*Nobel de Química 2024:* David Baker, por el diseño computacional de proteínas, y "
            "Demis Hassabis y John Jumper, por la predicción de sus estructuras.",
            "Detrás hay miles de personas: quienes etiquetaron imágenes, escribieron bibliotecas, "
            "diseñaron chips y publicaron resultados negativos.",
        ],
        "Una advertencia sobre la historia contada por premios: simplifica. Hay debates abiertos "
        "sobre quién propuso primero varias ideas, y conviene leer las fuentes originales.",
    )


def craft(deck: Deck) -> None:
    """How models are trained, judged and limited."""
    deck.slide(
        "Maneras de aprender",
        ["Se distinguen por la señal que guía el aprendizaje. Hoy es común combinarlas."],
        "Un modelo de lenguaje actual usa casi todas: autosupervisión al preentrenar, supervisión "
        "al ajustar con instrucciones y refuerzo con preferencias humanas. Lo veremos en las "
        "Clases 13 y 14.",
        table=[
            ["Tipo", "Qué recibe", "Ejemplo", "Dónde aparece"],
            ["Supervisado", "entradas con su etiqueta", "foto → «gato»", "Clases 2 a 9"],
            ["No supervisado", "solo entradas", "agrupar clientes parecidos", "Clase 17"],
            [
                "Autosupervisado",
                "etiquetas sacadas del dato",
                "adivinar la próxima palabra",
                "Clase 13",
            ],
            ["Por refuerzo", "recompensas por sus acciones", "jugar go", "Clase 14"],
            [
                "Por transferencia",
                "un modelo ya entrenado",
                "adaptar una CNN a aves chilenas",
                "Clase 8",
            ],
        ],
        widths=[2.2, 3.2, 3.6, 2.1],
        body_height=0.7,
        table_top=2.4,
        table_size=16,
    )
    deck.slide(
        "Entrenar no es lo mismo que generalizar",
        [
            "Ajustamos polinomios a 10 puntos de una sinusoide con ruido de desviación 0.2 y "
            "medimos el error (raíz del error cuadrático medio) en 1000 puntos nuevos:",
        ],
        "El polinomio de grado 9 pasa por los diez puntos: error de entrenamiento cero y, aun así, "
        "mucho peor que el de grado 3 con datos nuevos. El error mínimo alcanzable es cercano a "
        "0.2, la desviación del ruido. La Clase 6 trata cómo combatir el sobreajuste.",
        table=[
            [
                "Grado",
                "Parámetros",
                "Error de entrenamiento",
                "Error con datos nuevos",
                "Diagnóstico",
            ],
            ["0", "1", "0.710", "0.733", "subajuste"],
            ["1", "2", "0.576", "0.515", "subajuste"],
            ["3", "4", "0.210", "0.218", "buen equilibrio"],
            ["6", "7", "0.109", "0.262", "empieza el sobreajuste"],
            ["9", "10", "0.000", "0.544", "sobreajuste"],
        ],
        widths=[1, 1.5, 2.8, 2.8, 2.8],
        body_height=1.0,
        table_top=2.7,
        table_size=17,
    )
    deck.slide(
        "Tres conjuntos de datos",
        [
            "*Entrenamiento:* con él se ajustan los parámetros. Es la materia que estudias.",
            "*Validación:* con él se eligen hiperparámetros y se decide cuándo parar. Son los "
            "ensayos.",
            "*Prueba:* se usa una sola vez, al final, para estimar el desempeño. Es el examen.",
            "Una división habitual con datos medianos: 80 %, 10 % y 10 %. Con 50 000 ejemplos son "
            "40 000, 5 000 y 5 000.",
            "*Cuidado con las filtraciones.* Si fotos de la misma persona quedan en entrenamiento "
            "y en prueba, el resultado sale demasiado bueno. Separa por persona, por fecha o por "
            "lugar, según el uso real.",
            "Mirar muchas veces el conjunto de prueba también es hacer trampa: terminas "
            "eligiendo el modelo que tuvo suerte.",
        ],
        "Cuenta un caso de filtración: radiografías del mismo paciente en ambos lados. El modelo "
        "aprende a reconocer al paciente, no la enfermedad. La mejor defensa es decidir la "
        "división antes de entrenar.",
    )
    deck.slide(
        "¿Qué significa «97 % de exactitud»?",
        [
            "Depende de con qué se compare. Un examen a 1000 personas, con 10 enfermas: responder "
            "siempre «sano» acierta 990 veces, un *99 % de exactitud*, y no detecta a nadie.",
            "Supongamos ahora un modelo con estos resultados: detecta a 8 de las 10 personas "
            "enfermas y da 28 falsas alarmas entre las 990 sanas.",
            "- Exactitud: (8 + 962) / 1000 = 97.0 %, *menos* que el modelo inútil.",
            "- Sensibilidad (recall): 8 / 10 = 80 %.",
            "- Precisión: 8 / (8 + 28) = 22.2 %.",
            "Regla práctica: reporta siempre una *línea base* trivial y más de una métrica, y "
            "elige la métrica según el costo de cada tipo de error.",
        ],
        "Deja que la sala descubra que el modelo con menos exactitud es el que sirve. Pregunta qué "
        "error cuesta más en salud y cuál en un filtro de spam.",
    )
    deck.slide(
        "¿Cuándo conviene el aprendizaje profundo?",
        ["No es la respuesta a todo. Empieza por el método más simple que pueda funcionar."],
        "En datos tabulares de tamaño medio, los árboles potenciados siguen siendo muy difíciles "
        "de superar. Una buena costumbre profesional es llegar a la reunión con una línea base "
        "simple antes de proponer una red.",
        table=[
            ["Situación", "Buena primera opción"],
            ["Imágenes, audio o texto, con muchos datos", "red profunda, ojalá preentrenada"],
            ["Imágenes, audio o texto, con pocos datos", "transfer learning (Clase 8)"],
            ["Tabla con columnas heterogéneas y miles de filas", "árboles potenciados o bosques"],
            ["Pocas decenas de ejemplos", "modelo lineal, conocimiento experto o más datos"],
            ["Las reglas se conocen y deben cumplirse siempre", "programación clásica"],
            ["Hay que justificar cada decisión", "modelo interpretable, y evaluar si alcanza"],
        ],
        widths=[6, 6],
        body_height=0.7,
        table_top=2.4,
        table_size=17,
    )
    deck.slide(
        "Límites y responsabilidades",
        [
            "*Sesgos.* Buolamwini y Gebru (2018) midieron sistemas comerciales de clasificación de "
            "género: los errores eran mucho mayores en mujeres de piel oscura.",
            "*Fragilidad.* Szegedy et al. (2014) mostraron que un cambio casi invisible en una "
            "foto puede cambiar la respuesta.",
            "*Invención.* Un modelo de lenguaje puede afirmar algo falso con total fluidez.",
            "*Correlación no es causa.* La red usa cualquier atajo que sirva en los datos: el "
            "fondo, la marca del equipo, la fecha.",
            "*Privacidad y derechos.* ¿Con qué datos se entrenó? ¿Quién dio permiso?",
            "*Energía y acceso.* Entrenar modelos grandes cuesta mucho y no todos pueden hacerlo.",
            "Antes de desplegar, pregunta: ¿quién se perjudica si se equivoca y cómo puede "
            "reclamar?",
        ],
        "No es una lámina de relleno: estas preguntas vuelven en todo el curso. Invita a "
        "discutir un caso local, por ejemplo, un sistema que priorice beneficios sociales.",
        size=19,
    )


def course(deck: Deck) -> None:
    """The programme, the tools and the end."""
    deck.slide(
        "Programa del curso",
        ["Veinte clases. Las marcadas con (L) tienen laboratorio en Python."],
        "Las primeras seis clases son los cimientos y las demás se apoyan en ellas. Si te atrasas, "
        "recupera primero las Clases 2 a 5. Los laboratorios corren en un computador normal, "
        "sin GPU.",
        table=[
            ["N.º", "Tema", "N.º", "Tema"],
            ["1", "Introducción e historia", "11", "Atención y traducción"],
            ["2", "Perceptrón y descenso de gradiente (L)", "12", "Transformers"],
            ["3", "Backpropagation (L)", "13", "Modelos de lenguaje: de Shannon al chatbot (L)"],
            ["4", "Softmax y entropía cruzada", "14", "Ajuste por instrucciones y RLHF"],
            ["5", "Inicialización y optimizadores", "15", "Agentes y RAG (L)"],
            ["6", "Regularización", "16", "Modelos multimodales"],
            [
                "7",
                "Convoluciones y arquitecturas CNN (L)",
                "17",
                "Modelos generativos: VAE, GAN, difusión",
            ],
            ["8", "Transfer learning", "18", "Audio"],
            ["9", "Detección de objetos", "19", "Eficiencia: LoRA, cuantización, vLLM"],
            ["10", "Modelos de secuencia: RNN y LSTM (L)", "20", "Razonamiento y prompting"],
        ],
        widths=[0.6, 5.2, 0.6, 5.4],
        body_height=0.65,
        table_top=2.2,
        table_size=15,
        size=18,
    )
    deck.slide(
        "Qué necesitas saber y qué vamos a usar",
        [
            "*Matemática:* derivadas y regla de la cadena, matrices y producto punto, "
            "probabilidad básica (esperanza, varianza, condicional).",
            "*Programación:* Python con funciones, listas y clases. Ayuda conocer NumPy.",
            "*Herramientas:* Python 3, NumPy, Matplotlib, Jupyter y PyTorch.",
            "Repaso rápido, para que te pruebes:",
            "- si f(x) = (3x + 1)², entonces f'(x) = 6 (3x + 1), y f'(1) = 24;",
            "- una matriz de 2 × 3 por un vector de largo 3 da un vector de largo 2;",
            "- el valor esperado de un dado equilibrado es 3.5.",
            "Si alguna te costó, repásala esta semana: la necesitarás en las Clases 2 y 3.",
        ],
        "Da un minuto para resolver las tres preguntas en silencio. Buena parte de las dudas del "
        "inicio vienen de la regla de la cadena y no del código, así que conviene repasarla ya.",
    )
    deck.slide(
        "Tu primer ciclo de entrenamiento",
        [
            "Ajustamos f(x) = w·x + b a los tres puntos del comienzo, (1, 3), (2, 5) y (3, 7):",
            "\timport torch",
            "\tx = torch.tensor([1.0, 2.0, 3.0]);  y = torch.tensor([3.0, 5.0, 7.0])",
            "\tw = torch.zeros(1, requires_grad=True);  b = torch.zeros(1, requires_grad=True)",
            "\toptim = torch.optim.SGD([w, b], lr=0.1)          # optimizador",
            "\tfor paso in range(500):",
            "\t    perdida = ((w * x + b - y) ** 2).mean()      # modelo y pérdida",
            "\t    optim.zero_grad()                            # borra gradientes anteriores",
            "\t    perdida.backward()                           # calcula derivadas (Clase 3)",
            "\t    optim.step()                                 # baja un paso (Clase 2)",
            "\tprint(round(w.item(), 2), round(b.item(), 2))    # 2.0 1.0",
            "Este mismo esqueleto entrena desde una recta hasta un modelo de lenguaje: cambian el "
            "modelo, la pérdida y los datos.",
        ],
        "Identifica en voz alta los tres ingredientes: modelo, pérdida y optimizador. No importa "
        "si hoy backward parece magia; al terminar la Clase 3 podrán escribir su propia versión.",
        size=18,
    )
    deck.slide(
        "Mitos frecuentes",
        [
            "*«Una red neuronal funciona como el cerebro».* Es una función ajustada con "
            "derivadas; la semejanza es una inspiración lejana.",
            "*«Más capas siempre es mejor».* Sin suficientes datos o una buena arquitectura, "
            "empeora.",
            "*«Basta juntar muchos datos».* Si están sesgados o mal etiquetados, el modelo aprende "
            "el sesgo y el error.",
            "*«Es una caja negra y no se puede hacer nada».* Se puede medir, comparar, visualizar "
            "y probar por grupos.",
            "*«El aprendizaje profundo nació en 2012».* Sus piezas centrales son de 1958 a 1998.",
            "*«Hay que tener una GPU enorme».* Para aprender, no: los laboratorios corren en una "
            "CPU.",
        ],
        "Pide que voten verdadero o falso antes de mostrar cada respuesta. Suele haber acuerdo en "
        "los dos primeros y discusión en el tercero.",
    )
    deck.slide(
        "Resumen",
        [
            "Aprender es elegir parámetros que hagan pequeña una pérdida: *modelo, pérdida y "
            "optimizador*.",
            "El aprendizaje profundo encadena capas y *aprende sus propias representaciones*.",
            "La historia: neurona lógica (1943), perceptrón (1958), invierno, backpropagation "
            "(1986), otro invierno, AlexNet (2012), transformer (2017).",
            "Despegó cuando se juntaron *datos, cómputo, ideas y software*.",
            "Lo que importa es *generalizar*: por eso separamos entrenamiento, validación y "
            "prueba, y comparamos con una línea base.",
            "Es una herramienta poderosa con límites concretos, y no siempre la adecuada.",
            "*Próxima clase:* perceptrón y descenso de gradiente.",
        ],
        "Cierra volviendo a la pregunta inicial de la clase: ahora deberían poder decir qué parte "
        "del sistema que usaron esta mañana es modelo, qué pudo ser la pérdida y de dónde salieron "
        "los datos.",
    )
    deck.slide(
        "Preguntas y lecturas",
        [
            "¿Un programa de ajedrez que solo busca jugadas es aprendizaje de máquinas? ¿Por qué?",
            "Calcula los parámetros de una red densa 784–256–64–10. (Respuesta: 218 058.)",
            "Con los datos de la lámina de los tres ingredientes, ¿qué pérdida da w = 2, b = 0?",
            "¿Qué habría pasado con AlexNet sin ImageNet? ¿Y con ImageNet sin GPU?",
            "Busca un sistema que uses a diario y propón su modelo, su pérdida y su línea base.",
            "*Lecturas:* LeCun, Bengio y Hinton (2015), Deep learning, Nature 521. Goodfellow, "
            "Bengio y Courville (2016), Deep Learning, capítulo 1. Krizhevsky, Sutskever y Hinton "
            "(2012), ImageNet classification with deep convolutional neural networks, NIPS. "
            "Russakovsky et al. (2015), ImageNet large scale visual recognition challenge, IJCV.",
        ],
        "La tercera pregunta se resuelve en un minuto: todos los errores valen 1, así que la "
        "pérdida es 1. Deja la última como tarea breve para conversar al comienzo de la Clase 2.",
        size=19,
    )


def main() -> int:
    """Builds the file."""
    deck = Deck()
    opening(deck)
    history(deck)
    craft(deck)
    course(deck)
    deck.save(TARGET)
    print(f"{TARGET.name}: {len(deck.file.slides)} láminas ({TARGET.stat().st_size} bytes)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
