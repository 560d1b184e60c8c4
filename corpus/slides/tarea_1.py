"""Writes the statement of the first assignment, a Word document with native equations.

From the root of the repository::

    pip install python-docx
    python corpus/slides/tarea_1.py

The file repeats byte for byte with one version of python-docx: dates are fixed, both in the
document's properties and in the archive.
"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from office import brackets, fraction, sub, sup, total, with_dates

TARGET: Path = (
    Path(__file__).resolve().parents[1] / "materials" / "semana-04" / "tarea-1-perceptron-mlp.docx"
)
WHEN: datetime = datetime(2026, 8, 25)
MATH: str = "http://schemas.openxmlformats.org/officeDocument/2006/math"
BLUE: RGBColor = RGBColor(0x1F, 0x3A, 0x6E)


# Pieces of OMML, Word's own language for equations: each function returns XML as text.


def run(text: str) -> str:
    """Letters, digits and signs."""
    return f'<m:r><m:t xml:space="preserve">{escape(text)}</m:t></m:r>'


def plain(text: str) -> str:
    """Upright text, such as the name of a function."""
    style = '<m:rPr><m:sty m:val="p"/></m:rPr>'
    return f'<m:r>{style}<m:t xml:space="preserve">{escape(text)}</m:t></m:r>'


def hat(inner: str) -> str:
    """An expression with a hat."""
    return f'<m:acc><m:accPr><m:chr m:val="̂"/></m:accPr><m:e>{inner}</m:e></m:acc>'


def matrix(*rows: tuple[str, ...]) -> str:
    """A matrix within brackets."""
    body = "".join(
        "<m:mr>" + "".join(f"<m:e>{run(cell)}</m:e>" for cell in row) + "</m:mr>" for row in rows
    )
    return brackets(f"<m:m>{body}</m:m>", "[", "]")


def display(document: Any, omml: str) -> None:
    """Adds an equation on its own line."""
    paragraph = document.add_paragraph()
    paragraph._p.append(
        parse_xml(f'<m:oMathPara xmlns:m="{MATH}"><m:oMath>{omml}</m:oMath></m:oMathPara>')
    )


def inline(paragraph: Any, omml: str) -> None:
    """Adds an equation within a line of text."""
    paragraph._p.append(parse_xml(f'<m:oMath xmlns:m="{MATH}">{omml}</m:oMath>'))


def text(document: Any, content: str, style: str | None = None) -> Any:
    """Adds a paragraph; ``**bold**`` marks bold text."""
    paragraph = document.add_paragraph(style=style)
    for number, part in enumerate(content.split("**")):
        paragraph.add_run(part).bold = number % 2 == 1
    return paragraph


def table(document: Any, rows: list[tuple[str, ...]], widths: tuple[float, ...]) -> None:
    """Adds a table whose first row is its header, repeated on each page."""
    grid = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    for at, row in enumerate(rows):
        for column, content in enumerate(row):
            cell = grid.cell(at, column)
            cell.width = Cm(widths[column])
            written = cell.paragraphs[0].add_run(content)
            written.font.size = Pt(10)
            written.bold = at == 0 or at == len(rows) - 1
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(mark)
    document.add_paragraph()


def styled(document: Any) -> None:
    """Sets page, fonts and properties."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.6), Cm(27.9)
    section.left_margin = section.right_margin = Cm(2.5)
    section.footer.paragraphs[0].text = "CC6204 Deep Learning · Tarea 1 · Segundo semestre de 2026"
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    for name in ("Title", "Heading 1", "Heading 2"):
        document.styles[name].font.color.rgb = BLUE
    properties = document.core_properties
    properties.title = "Tarea 1: Del perceptrón al MLP"
    properties.author = properties.last_modified_by = "CC6204 Deep Learning"
    properties.language = "es-CL"
    properties.comments = ""
    properties.created = properties.modified = WHEN
    properties.revision = 1


def opening(document: Any) -> None:
    """Title, dates and rules."""
    document.add_heading("Tarea 1: Del perceptrón al MLP", level=0)
    text(document, "CC6204 Deep Learning, Universidad de Chile. Segundo semestre de 2026.")
    text(document, "**Se entrega enunciado:** martes 25 de agosto de 2026.")
    text(document, "**Plazo:** viernes 11 de septiembre de 2026, 23:59.")
    text(document, "**Modalidad:** individual o en parejas. **Puntaje:** 60 puntos, más 6 de bono.")
    document.add_heading("Objetivo", level=1)
    text(
        document,
        "Vas a recorrer el camino completo de las Clases 2 a 6 con un problema chico: una neurona "
        "que no alcanza, los gradientes de una red calculados a mano y un perceptrón multicapa "
        "(MLP) escrito en NumPy, sin bibliotecas de aprendizaje profundo. Al final comparas tu red "
        "con la misma red en PyTorch.",
    )
    document.add_heading("Reglas", level=1)
    for rule in (
        "En las preguntas 1 a 4 solo se usa NumPy y Matplotlib. PyTorch se usa en la pregunta 5.",
        "Fija las semillas: al ejecutar tu notebook de arriba abajo deben salir los "
        "mismos números.",
        "Los cálculos a mano se entregan con su desarrollo. Un resultado sin desarrollo vale la "
        "mitad.",
        "Los atrasos se rigen por el programa: hasta dos días de gracia por tarea y 0.5 por cada "
        "día sin cubrir, con un máximo de 72 horas.",
    ):
        text(document, rule, "List Bullet")


def questions(document: Any) -> None:
    """The five questions and the bonus."""
    y_hat, z = hat(run("y")), run("z")
    document.add_heading("Preguntas", level=1)

    document.add_heading("Pregunta 1. El perceptrón (10 puntos)", level=2)
    text(document, "Recuerda la regla de aprendizaje de la Clase 2, con salidas 0 o 1:")
    display(
        document,
        run("w ← w + η ")
        + brackets(run("y − ") + y_hat)
        + run(" x,    b ← b + η ")
        + brackets(run("y − ") + y_hat),
    )
    text(
        document,
        "**1.1** (4 puntos) Partiendo de w = (0, 0), b = 0 y η = 1, aplica la regla a mano para la "
        "función lógica AND. Recorre los ejemplos en el orden (0, 0), (0, 1), (1, 0), (1, 1), "
        "repite hasta completar una época sin errores e informa w y b después de cada cambio. Usa "
        "salida 1 cuando w·x + b ≥ 0.",
    )
    text(
        document,
        "**1.2** (3 puntos) Demuestra que ningún w y b resuelven XOR con un solo perceptrón. "
        "Escribe las cuatro desigualdades y llega a una contradicción.",
    )
    text(
        document,
        "**1.3** (3 puntos) Agrega la característica adicional x₁·x₂ y da valores de w y b que sí "
        "resuelvan XOR. ¿Qué cambió en la geometría del problema?",
    )

    document.add_heading("Pregunta 2. Backpropagation a mano (14 puntos)", level=2)
    text(document, "Considera una red con dos entradas, dos neuronas ocultas ReLU y una salida:")
    display(
        document,
        run("h = ")
        + plain("ReLU")
        + brackets(sub(run("W"), run("1")) + run(" x"))
        + run(",    z = ")
        + sup(sub(run("w"), run("2")), run("⊤"))
        + run(" h + ")
        + sub(run("b"), run("2"))
        + run(",    ")
        + y_hat
        + run(" = σ")
        + brackets(z)
        + run(" = ")
        + fraction(run("1"), run("1 + ") + sup(run("e"), run("−z"))),
    )
    text(document, "con los valores")
    display(
        document,
        sub(run("W"), run("1"))
        + run(" = ")
        + matrix(("0.5", "−0.5"), ("1", "0.5"))
        + run(",    ")
        + sub(run("w"), run("2"))
        + run(" = ")
        + matrix(("1",), ("−1",))
        + run(",    ")
        + sub(run("b"), run("2"))
        + run(" = 0.1,    x = ")
        + matrix(("1",), ("−1",))
        + run(",    y = 1"),
    )
    text(document, "y la entropía cruzada binaria como pérdida:")
    display(
        document,
        run("L = −")
        + brackets(
            run("y ")
            + plain("ln ")
            + y_hat
            + run(" + ")
            + brackets(run("1 − y"))
            + plain(" ln ")
            + brackets(run("1 − ") + y_hat),
            "[",
            "]",
        ),
    )
    text(
        document,
        "**2.1** (4 puntos) Haz la pasada hacia adelante. Para comprobar: la pérdida es 0.437.",
    )
    paragraph = text(document, "**2.2** (3 puntos) Demuestra que ")
    inline(paragraph, fraction(run("∂L"), run("∂z")) + run(" = ") + y_hat + run(" − y"))
    paragraph.add_run(" y evalúala.")
    text(
        document,
        "**2.3** (5 puntos) Calcula los gradientes respecto de w₂, b₂ y W₁, indicando la forma de "
        "cada uno.",
    )
    text(
        document,
        "**2.4** (2 puntos) Da un paso de descenso con η = 0.5 en todos los parámetros y repite la "
        "pasada. Para comprobar: la nueva pérdida es 0.162.",
    )

    document.add_heading("Pregunta 3. Un MLP en NumPy (16 puntos)", level=2)
    text(
        document,
        "Genera 600 puntos en dos espirales entrelazadas, 300 por clase c ∈ {0, 1}, con t uniforme "
        "en [0, 1] y ε normal de media 0 y desviación 0.15:",
    )
    angle = brackets(sub(run("θ"), run("c")))
    display(
        document,
        run("x = ")
        + brackets(run("t ") + plain("cos") + angle + run(",  t ") + plain("sen") + angle)
        + run(",    ")
        + sub(run("θ"), run("c"))
        + run(" = 2πt + πc + ε"),
    )
    text(
        document,
        "Desordénalos con una semilla fija; usa 400 para entrenar, 100 para validar y 100 para "
        "probar. La pérdida de un lote es el promedio:",
    )
    display(
        document,
        run("J = ")
        + fraction(run("1"), run("N"))
        + total(run("n=1"), run("N"), sup(run("L"), brackets(run("n")))),
    )
    text(
        document,
        "**3.1** (6 puntos) Escribe adelante(X) y atras(X, y) para una red 2–16–16–1 con ReLU, sin "
        "ciclos sobre los ejemplos.",
    )
    text(
        document,
        "**3.2** (4 puntos) Comprueba tus gradientes con diferencias centradas. El error relativo "
        "debe ser menor que 10⁻⁶ en float64:",
    )
    display(
        document,
        fraction(run("∂J"), run("∂θ"))
        + run(" ≈ ")
        + fraction(
            run("J") + brackets(run("θ + ε")) + run(" − J") + brackets(run("θ − ε")), run("2ε")
        ),
    )
    text(
        document,
        "**3.3** (6 puntos) Entrena con mini-lotes de 32 hasta llegar a un 95 % de acierto en "
        "validación. Muestra las curvas de pérdida de entrenamiento y de validación, y la frontera "
        "de decisión.",
    )

    document.add_heading("Pregunta 4. Experimentos (12 puntos)", level=2)
    text(
        document,
        "En cada punto cambia una sola cosa, usa tres semillas e informa promedio y rango. Elige "
        "con validación; el conjunto de prueba se usa una sola vez, al final.",
    )
    text(
        document,
        "**4.1** (4 puntos) Tasa de aprendizaje: 0.001, 0.01, 0.1 y 1. ¿Qué se ve en cada curva de "
        "pérdida y por qué?",
    )
    text(
        document,
        "**4.2** (4 puntos) Inicialización: todo en cero, normal con desviación 1 y la de He "
        "(Clase 5). Explica qué pasa con la de ceros mirando los gradientes.",
    )
    text(
        document,
        "**4.3** (4 puntos) Regularización L2 (Clase 6) con tres valores de λ y solo 60 ejemplos "
        "de entrenamiento. Muestra cómo cambian la norma de los pesos y la frontera.",
    )

    document.add_heading("Pregunta 5. La misma red en PyTorch e informe (8 puntos)", level=2)
    text(
        document,
        "**5.1** (4 puntos) Copia tus pesos iniciales a una red equivalente de PyTorch, da un paso "
        "con el mismo lote y comprueba que los pesos resultantes coinciden con una tolerancia de "
        "10⁻⁵.",
    )
    text(
        document,
        "**5.2** (4 puntos) Escribe un informe de una página: qué funcionó, un error que cometiste "
        "y cómo lo encontraste, y la declaración de uso de asistentes de IA que pide el programa.",
    )

    document.add_heading("Bono. Momento (6 puntos)", level=2)
    text(
        document,
        "Implementa descenso con momento y compara cuántas épocas necesita para el mismo 95 %. La "
        "nota máxima sigue siendo 7.0.",
    )


def closing(document: Any) -> None:
    """Rubric, grade and what to hand in."""
    document.add_heading("Pauta de evaluación", level=1)
    table(
        document,
        [
            ("Pregunta", "Logrado (100 %)", "Medianamente logrado (50 %)", "Puntos"),
            (
                "1. Perceptrón",
                "Traza completa, demostración sin saltos y característica que separa XOR",
                "Traza con un error que se arrastra, o demostración con solo un caso",
                "10",
            ),
            (
                "2. Backpropagation",
                "Todos los gradientes, con formas y desarrollo",
                "Resultados correctos sin desarrollo, o un error de signo",
                "14",
            ),
            (
                "3. MLP en NumPy",
                "Vectorizado, gradientes comprobados y 95 % en validación",
                "Con ciclos sobre los ejemplos, o sin comprobar, o entre 85 % y 95 %",
                "16",
            ),
            (
                "4. Experimentos",
                "Un cambio a la vez, tres semillas y explicación",
                "Una sola semilla, o gráficos sin explicación",
                "12",
            ),
            (
                "5. PyTorch e informe",
                "Pesos que coinciden, informe claro y declaración",
                "Coinciden solo las pérdidas, o falta la declaración",
                "8",
            ),
            ("Total", "", "", "60"),
        ],
        (3.2, 5.6, 5.6, 1.8),
    )
    text(document, "La nota se calcula con la recta del programa, con tope 7.0:")
    display(
        document,
        plain("nota") + run(" = 1 + 6 · ") + fraction(plain("puntos"), run("60")),
    )
    text(document, "Por ejemplo, con 47 puntos la nota es 1 + 6 · 47/60 = 5.7.")
    document.add_heading("Qué se entrega", level=1)
    for step in (
        "Un notebook ejecutado de arriba abajo, con sus resultados: tarea1.ipynb.",
        "Un PDF con los cálculos a mano (se acepta una foto legible) y el informe: tarea1.pdf.",
        "Los dos archivos en un ZIP, por la plataforma docente. En parejas lo sube una sola "
        "persona y el PDF lleva los dos nombres.",
    ):
        text(document, step, "List Number")
    document.add_heading("Errores comunes", level=1)
    for mistake in (
        "Actualizar w₂ antes de usarla para calcular el gradiente de W₁.",
        "Olvidar dividir por N en el gradiente y después «arreglarlo» con la tasa de aprendizaje.",
        "Revisar gradientes justo en el quiebre de ReLU, donde no hay derivada: mueve un poco "
        "los datos.",
        "Elegir hiperparámetros mirando el conjunto de prueba.",
    ):
        text(document, mistake, "List Bullet")


def built() -> bytes:
    """The document's bytes, with every date in the archive fixed."""
    document = Document()
    styled(document)
    opening(document)
    questions(document)
    closing(document)
    raw = io.BytesIO()
    document.save(raw)
    return with_dates(raw, (1980, 1, 1, 0, 0, 0))


def main() -> None:
    """Writes the document to its folder."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(built())
    print(TARGET)


if __name__ == "__main__":
    main()
