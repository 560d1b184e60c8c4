import importlib.metadata
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent.serving import ModelServer, qwen
from agent.serving import server as serving
from agent.serving.calibration import factors, largest_inputs
from agent.serving.qwen import groups, quantised
from agent.serving.smoothing import FACTORS, channels, smooth
from corpus import InputError, ModelUnavailable, Settings
from corpus.progress import silent
from retrieval.threads import WAITING

ROOT = Path(__file__).parent.parent.parent


def small_model() -> Any:
    """A Qwen2 of the embedded model's form."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=50,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
    )
    return Qwen2ForCausalLM(config).eval()


def test_int8_rows_come_back_close(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(qwen, "ROWS", 1)

    weight = torch.tensor([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]])
    rows, scales = quantised(weight)
    assert rows.dtype == torch.int8
    assert scales.shape == (2, 1)
    assert rows[0].tolist() == [64, -127, 32]
    assert torch.allclose(rows * scales, weight, atol=2 / 127)


def test_the_factors_are_the_embedded_models() -> None:
    from safetensors.torch import load_file

    found = load_file(FACTORS)
    hidden, inner = qwen.CONFIG["hidden_size"], qwen.CONFIG["intermediate_size"]
    values = hidden // qwen.CONFIG["num_attention_heads"] * qwen.CONFIG["num_key_value_heads"]
    for number in range(qwen.CONFIG["num_hidden_layers"]):
        sizes = (hidden, values, hidden, inner)
        for (writer, _), size in zip(channels(f"model.layers.{number}"), sizes, strict=True):
            factors = found.pop(writer).float()
            assert factors.shape == (size,)
            assert factors.isfinite().all()
            assert (factors > 0).all()
    assert not found


def test_a_models_file_is_read_by_the_names_of_transformers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from gguf import MODEL_ARCH, GGUFWriter, get_tensor_name_map

    model = small_model()
    weights, config = model.state_dict(), model.config
    names = get_tensor_name_map(MODEL_ARCH.QWEN2, config.num_hidden_layers)
    writer = GGUFWriter(tmp_path / "model.gguf", "qwen2")
    for name, tensor in weights.items():
        long, _, kind = name.rpartition(".")
        writer.add_tensor(f"{names.get_name(long)}.{kind}", tensor.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    monkeypatch.setattr(qwen, "ROWS", 8)
    read = list(groups(tmp_path / "model.gguf", config.num_hidden_layers))
    assert [layer for layer, _ in read] == ["model.layers.0", "model.layers.1", "", "", ""]
    found = {name: tensor for _, group in read for name, tensor in group.items()}
    assert found.keys() == weights.keys()
    for name, tensor in found.items():
        assert torch.equal(tensor, weights[name]), name


def test_an_evened_out_model_says_the_same_and_has_smaller_outliers() -> None:
    import torch

    torch.manual_seed(1)
    model = small_model()
    layer = model.model.layers[0]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.uniform_(-0.5, 0.5)
        layer.mlp.up_proj.weight[3] *= 100  # an outlier among what down_proj reads
        layer.input_layernorm.weight[5] = 60
    ids = torch.tensor([[1, 7, 9, 30, 2]])
    with torch.inference_mode(), largest_inputs(model) as before:
        said = model(ids).logits
    found = factors(model, [ids], silent)
    for number in range(model.config.num_hidden_layers):
        smooth(model.state_dict(), f"model.layers.{number}", found, head=8)
    with torch.inference_mode(), largest_inputs(model) as after:
        assert torch.allclose(model(ids).logits, said, rtol=1e-3, atol=1e-4)
    for name in ("self_attn.q_proj", "mlp.down_proj"):
        seen = [one[f"model.layers.0.{name}"] for one in (before, after)]
        ratios = [float(one.max() / one.median()) for one in seen]
        assert ratios[1] < ratios[0] / 3, name


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="está ocupado"):
            serving.free_port(taken.getsockname()[1])


def test_a_model_that_cannot_be_loaded_gives_one_clear_line(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    broken = settings.model_copy(update={"llm": str(tmp_path / "empty")})
    with (
        pytest.raises(ModelUnavailable, match="vLLM no pudo partir") as caught,
        ModelServer(broken),
    ):
        pass
    assert "\n" not in str(caught.value)
    assert str(settings.cache / "vllm-") in str(caught.value)


def test_without_vllm_the_command_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(ModelUnavailable, match="pip install"):
        serving.engine()


@pytest.mark.parametrize("record", ["", "{}", '{"url": 1}', "[1]"])
def test_a_wrong_record_is_ignored(settings: Settings, record: str) -> None:
    server = ModelServer(settings)
    server.record.parent.mkdir(parents=True, exist_ok=True)
    server.record.write_text(record)
    assert server.running() is None


def test_a_record_of_a_dead_process_is_ignored(settings: Settings) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    server = ModelServer(settings)
    server.record.parent.mkdir(parents=True, exist_ok=True)
    address = {"url": "http://127.0.0.1:9/v1", "model": server.model_name, "key": "x"}
    server.record.write_text(json.dumps(address | {"pid": dead.pid}))
    assert server.running() is None


def test_the_reason_is_found_in_a_log(tmp_path: Path) -> None:
    log = tmp_path / "vllm.log"
    log.write_text(
        "INFO 11-23 10:00:00 [api_server.py:1] starting\n"
        "(EngineCore pid=7) ERROR 11-23 10:00:01 [core.py:9] EngineCore failed to start.\n"
        "(EngineCore pid=7) ValueError: No hay memoria para la caché.\n"
        "RuntimeError: Engine core initialization failed.\n"
    )
    assert serving.reason_in(log) == "ValueError: No hay memoria para la caché."


@pytest.mark.parametrize("url", ["http://h:abc", "no-url", "http://127.0.0.1:9"])
def test_a_wrong_address_is_said_in_one_line(settings: Settings, url: str) -> None:
    named = settings.model_copy(update={"llm_url": url})
    with pytest.raises(ModelUnavailable, match="Ningún modelo responde"), ModelServer(named):
        pass


def test_a_failed_start_leaves_another_servers_record(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = [sys.executable, "-c", "raise SystemExit(1)"]
    monkeypatch.setattr(ModelServer, "command", lambda *_: (at_once, dict(os.environ)))
    (tmp_path / "empty").mkdir()
    server = ModelServer(settings.model_copy(update={"llm": str(tmp_path / "empty")}), share=True)
    server.record.parent.mkdir(parents=True, exist_ok=True)
    server.record.write_text("{}")
    with pytest.raises(ModelUnavailable):
        server.open()
    assert server.record.exists()


def test_the_server_does_not_wait_as_the_embedding_model_does(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []

    def refuse(*_: object, env: dict[str, str], **__: object) -> None:
        given.append(env)
        raise OSError

    monkeypatch.setenv(WAITING, "passive")  # as `load_torch` leaves it
    monkeypatch.setattr("agent.serving.server.subprocess.Popen", refuse)
    (tmp_path / "model").mkdir()
    with pytest.raises(ModelUnavailable):
        ModelServer(settings.model_copy(update={"llm": str(tmp_path / "model")})).open()
    (environment,) = given
    assert WAITING not in environment
    assert "PATH" in environment


@pytest.mark.parametrize("dies", [True, False])
def test_the_log_is_kept_only_if_the_server_died(settings: Settings, dies: bool) -> None:
    server = ModelServer(settings)
    server.log.parent.mkdir(parents=True, exist_ok=True)
    server.log.write_text("MemoryError: no room\n")
    code = "" if dies else "import sys; sys.stdin.read()"
    server.process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    server.ready = True
    if dies:
        server.process.wait()
        assert "MemoryError: no room" in server.died()
    else:
        assert server.died() == ""
    server.close()
    assert server.log.exists() == dies


@pytest.mark.slow
def test_the_child_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    """A parent that is killed with -9 leaves no process behind."""
    stand_in = "import runpy, subprocess, sys, time\n" + (
        "def run(*a, **k):\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "    time.sleep(300)\n"
        "runpy.run_module = run\n"
        "from agent.serving import child\n"
        "child.main()\n"
    )
    parent_code = (
        "import subprocess, sys, time\n"
        f"c = subprocess.Popen([sys.executable, '-c', {stand_in!r}], stdin=subprocess.PIPE,"
        " start_new_session=True)\n"
        "print(c.pid, flush=True)\n"
        "time.sleep(300)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", parent_code],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    for _ in range(300):
        if child.children():
            break
        time.sleep(0.1)
    family = [child, *child.children()]
    assert len(family) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
