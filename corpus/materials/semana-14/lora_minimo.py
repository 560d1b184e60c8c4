"""LoRA mínimo en NumPy, para acompañar la Clase 19 (Eficiencia).

Una capa lineal ya entrenada calcula ``y = x W0ᵀ``. Queremos adaptarla a una tarea nueva sin tocar
``W0``. LoRA suma una corrección de rango pequeño:

    y = x (W0 + escala · B A)ᵀ,     escala = alfa / r

con ``A`` de r × entrada y ``B`` de salida × r. Solo se entrenan ``A`` y ``B``.

El programa inventa una tarea cuya solución exacta es un cambio de rango 2, ajusta una capa LoRA con
r = 2 y muestra cuatro cosas: que al comienzo nada cambia, que los gradientes están bien, que la
pérdida baja y que la corrección se puede fundir con ``W0`` al terminar.

Se ejecuta con ``python lora_minimo.py``. Solo necesita NumPy y tarda menos de un segundo.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Matriz = NDArray[np.float64]


@dataclass
class CapaLoRA:
    """Una capa lineal congelada más una corrección entrenable de rango ``r``.

    Attributes:
        w0: pesos preentrenados, de salida × entrada. Nunca se modifican.
        r: rango de la corrección.
        alfa: fija cuánto pesa la corrección; el factor es ``alfa / r``.
        semilla: para inicializar ``A``.
    """

    w0: Matriz
    r: int
    alfa: float
    semilla: int = 0
    a: Matriz = field(init=False)
    b: Matriz = field(init=False)

    def __post_init__(self) -> None:
        salida, entrada = self.w0.shape
        if not 1 <= self.r <= min(salida, entrada):
            raise ValueError(f"el rango debe estar entre 1 y {min(salida, entrada)}")
        azar = np.random.default_rng(self.semilla)
        # A parte al azar y B en cero: así B A = 0 y la capa comienza idéntica a la original.
        # Si las dos partieran en cero, los dos gradientes serían cero y no se aprendería nada.
        self.a = azar.normal(0.0, 1.0 / np.sqrt(entrada), size=(self.r, entrada))
        self.b = np.zeros((salida, self.r))

    @property
    def escala(self) -> float:
        """El factor que multiplica a ``B A``."""
        return self.alfa / self.r

    @property
    def entrenables(self) -> int:
        """Cuántos números se entrenan: r · (entrada + salida)."""
        return self.a.size + self.b.size

    def adelante(self, x: Matriz) -> Matriz:
        """La salida de la capa para un lote ``x`` de n × entrada.

        Los paréntesis importan: ``(x Aᵀ) Bᵀ`` pasa por r números por ejemplo y nunca arma la
        matriz ``B A``, que sería tan grande como ``W0``.
        """
        return x @ self.w0.T + self.escala * (x @ self.a.T) @ self.b.T

    def gradientes(self, x: Matriz, dy: Matriz) -> tuple[Matriz, Matriz]:
        """Gradientes de la pérdida respecto de ``A`` y de ``B``.

        Args:
            x: el lote que entró, de n × entrada.
            dy: gradiente de la pérdida respecto de la salida, de n × salida.
        """
        h = x @ self.a.T  # n × r: lo que entra a B
        db = self.escala * dy.T @ h
        da = self.escala * (dy @ self.b).T @ x
        return da, db

    def fundida(self) -> Matriz:
        """Los pesos con la corrección incluida: para usar la capa sin costo adicional."""
        return self.w0 + self.escala * self.b @ self.a


def perdida(prediccion: Matriz, objetivo: Matriz) -> tuple[float, Matriz]:
    """Error cuadrático medio y su gradiente respecto de la predicción."""
    diferencia = prediccion - objetivo
    return float(np.mean(diferencia**2)), 2.0 * diferencia / diferencia.size


def error_de_gradiente(capa: CapaLoRA, x: Matriz, y: Matriz, paso: float = 1e-6) -> float:
    """La mayor diferencia entre el gradiente de la fórmula y el de diferencias centradas."""
    _, dy = perdida(capa.adelante(x), y)
    peor = 0.0
    for matriz, gradiente in zip((capa.a, capa.b), capa.gradientes(x, dy), strict=True):
        for posicion in np.ndindex(matriz.shape):
            original = matriz[posicion]
            matriz[posicion] = original + paso
            arriba, _ = perdida(capa.adelante(x), y)
            matriz[posicion] = original - paso
            abajo, _ = perdida(capa.adelante(x), y)
            matriz[posicion] = original
            numerico = (arriba - abajo) / (2 * paso)
            peor = max(peor, abs(numerico - float(gradiente[posicion])))
    return peor


def entrenar(capa: CapaLoRA, x: Matriz, y: Matriz, pasos: int, tasa: float) -> list[float]:
    """Descenso de gradiente con el lote completo; devuelve la pérdida de cada paso."""
    historia = []
    for _ in range(pasos):
        valor, dy = perdida(capa.adelante(x), y)
        historia.append(valor)
        da, db = capa.gradientes(x, dy)
        # Las dos matrices se actualizan a la vez, con gradientes del mismo punto.
        capa.a -= tasa * da
        capa.b -= tasa * db
    return historia


def main() -> None:
    """Crea la tarea, ajusta la capa y muestra los resultados."""
    azar = np.random.default_rng(19)
    entrada, salida, rango = 32, 24, 2

    w0 = azar.normal(0.0, 1.0 / np.sqrt(entrada), size=(salida, entrada))
    # La tarea nueva: los mismos pesos más un cambio de rango 2.
    cambio = azar.normal(size=(salida, rango)) @ azar.normal(size=(rango, entrada)) / entrada
    x = azar.normal(size=(400, entrada))
    y = x @ (w0 + cambio).T

    capa = CapaLoRA(w0, r=rango, alfa=4.0)
    congelada = w0.copy()

    print(f"parámetros de W0:         {w0.size}")
    print(f"parámetros entrenables:   {capa.entrenables} ({capa.entrenables / w0.size:.1%})")

    assert np.allclose(capa.adelante(x), x @ w0.T), "al comienzo la capa no debe cambiar"

    # Con B = 0 el gradiente de A es cero: se mueve B para que la prueba diga algo de las dos.
    prueba = CapaLoRA(w0, r=rango, alfa=4.0)
    prueba.b += azar.normal(0.0, 0.1, size=prueba.b.shape)
    print(f"error del gradiente:      {error_de_gradiente(prueba, x[:8], y[:8]):.1e}")

    historia = entrenar(capa, x, y, pasos=600, tasa=1.0)
    print(f"pérdida al comienzo:      {historia[0]:.5f}")
    print(f"pérdida tras 600 pasos:   {historia[-1]:.2e}")

    valores = np.linalg.svd(capa.fundida() - w0, compute_uv=False)
    print(f"valores singulares de ΔW: {np.round(valores[:4], 3)}")

    assert np.array_equal(w0, congelada), "W0 debe seguir congelada"
    assert np.allclose(x @ capa.fundida().T, capa.adelante(x)), "fundir no debe cambiar la salida"
    print("fundir B A con W0 entrega la misma salida")


if __name__ == "__main__":
    main()
