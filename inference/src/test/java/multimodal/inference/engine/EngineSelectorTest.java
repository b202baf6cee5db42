package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.repository.GraphSpec;
import multimodal.inference.repository.ModelManifest;
import org.junit.jupiter.api.Test;

class EngineSelectorTest {

    private final List<String> opened = new ArrayList<>();

    /** An engine that is only chosen. */
    private record NamedEngine(String name) implements Engine {

        @Override
        public String description() {
            return name + " 1.0";
        }

        @Override
        public boolean isBatchInvariant() {
            return true;
        }

        @Override
        public Graph load(ModelManifest manifest, ArtifactSpec artifact) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void onTheCpuOnnxRuntimeIsPreferredToTheOrderOfTheManifest() {
        EngineSelector selector = selector(Optional.empty(), Device.CPU);
        assertThat(select(selector, "pytorch", "onnxruntime")).isEqualTo("onnxruntime");
        assertThat(select(selector, "tensorrt", "pytorch")).isEqualTo("pytorch");
        assertThat(opened).containsExactly("onnxruntime", "pytorch");
    }

    @Test
    void onCudaPytorchIsPreferredWhereTensorRtIsNotToBeHad() {
        EngineSelector selector = selector(Optional.empty(), Device.CUDA);
        assertThat(select(selector, "onnxruntime", "pytorch", "tensorrt")).isEqualTo("pytorch");
    }

    @Test
    void theFastestByTheManifestOnThisDeviceIsPreferred() {
        Map<String, Map<String, Double>> milliseconds = Map.of(
                "cpu", Map.of("onnxruntime", 2.0, "pytorch", 1.5),
                "cuda", Map.of("onnxruntime", 0.4, "pytorch", 0.5));
        EngineSelector onCpu = selector(Optional.empty(), Device.CPU);
        assertThat(selectMeasured(onCpu, milliseconds, "onnxruntime", "pytorch"))
                .isEqualTo("pytorch");
        EngineSelector onCuda = selector(Optional.empty(), Device.CUDA);
        assertThat(selectMeasured(onCuda, milliseconds, "pytorch", "onnxruntime"))
                .isEqualTo("onnxruntime");
        assertThat(selectMeasured(onCuda, milliseconds, "pytorch", "tensorrt")).isEqualTo("pytorch");
    }

    @Test
    void theOverrideWins() {
        EngineSelector selector = selector(Optional.of("pytorch"), Device.CPU);
        Map<String, Map<String, Double>> milliseconds = Map.of("cpu", Map.of("onnxruntime", 2.0, "pytorch", 3.0));
        assertThat(selectMeasured(selector, milliseconds, "onnxruntime", "pytorch"))
                .isEqualTo("pytorch");
    }

    @Test
    void tensorRtAskedForOnTheCpuIsRefusedInOneLine() {
        EngineSelector selector = EngineSelector.create(Optional.of("tensorrt"), new EngineOptions(1, Device.CPU));
        assertThatThrownBy(() -> select(selector, "tensorrt", "onnxruntime"))
                .hasMessage(
                        "example/1 mixer: no engine: tensorrt: device: cpu (expected: cuda; TensorRT has no other)");
    }

    @Test
    void anEngineIsOpenedOnce() {
        EngineSelector selector = selector(Optional.empty(), Device.CPU);
        select(selector, "onnxruntime");
        select(selector, "onnxruntime");
        assertThat(opened).containsExactly("onnxruntime");
    }

    @Test
    void anOverrideThatNamesNoEngineIsRefused() {
        assertThatThrownBy(() -> EngineSelector.create(Optional.of("torch"), new EngineOptions(1, Device.CPU)))
                .hasMessage("engine: torch (expected: one of onnxruntime, pytorch, tensorrt)");
    }

    @Test
    void anOverrideWithoutGraphIsRefused() {
        EngineSelector selector = selector(Optional.of("pytorch"), Device.CPU);
        assertThatThrownBy(() -> select(selector, "onnxruntime", "tensorrt"))
                .hasMessage("example/1 mixer: engine: pytorch"
                        + " (expected: one that the manifest has a graph for: onnxruntime, tensorrt)");
    }

    @Test
    void whyNoEngineIsToBeHadIsTold() {
        EngineSelector selector = selector(Optional.empty(), Device.CPU);
        assertThatThrownBy(() -> select(selector, "tensorrt"))
                .isInstanceOf(InferenceException.class)
                .hasMessage("example/1 mixer: no engine: tensorrt: none (needs an NVIDIA GPU with its driver)")
                .extracting(e -> ((InferenceException) e).kind())
                .isEqualTo(ErrorKind.MISCONFIGURED);
    }

    @Test
    void theSelfCheckIsOneLineAboutEveryEngine() {
        EngineSelector selector = selector(Optional.empty(), Device.CPU);
        assertThat(selector.selfCheck())
                .isEqualTo("onnxruntime: not needed; pytorch: not needed;"
                        + " tensorrt: none (needs an NVIDIA GPU with its driver)");
        select(selector, "pytorch");
        assertThatThrownBy(() -> select(selector, "tensorrt")).isInstanceOf(InferenceException.class);
        assertThat(selector.selfCheck())
                .isEqualTo(
                        "onnxruntime: not needed; pytorch 1.0; tensorrt: none (needs an NVIDIA GPU with its driver)");
    }

    @Test
    void theSelfCheckKnowsThePytorchThatNobodyHasLoaded() {
        EngineSelector selector = EngineSelector.create(Optional.empty(), new EngineOptions(1, Device.CPU));
        assertThat(selector.selfCheck()).containsPattern("pytorch \\d+\\.\\d+\\.\\d+ cpu, not needed");
    }

    private EngineSelector selector(Optional<String> override, Device device) {
        Map<String, EngineSelector.Offer> offers = new LinkedHashMap<>();
        for (String name : List.of("onnxruntime", "pytorch")) {
            Supplier<Engine> opener = () -> {
                opened.add(name);
                return new NamedEngine(name);
            };
            offers.put(name, new EngineSelector.Offer(opener, name + ": not needed"));
        }
        TensorRtNatives natives = new TensorRtNatives(false, List.of());
        offers.put(
                "tensorrt",
                new EngineSelector.Offer(
                        () -> {
                            natives.check();
                            throw new AssertionError("passed without a GPU");
                        },
                        natives.summary()));
        return new EngineSelector(override, device, offers);
    }

    private static String select(EngineSelector selector, String... offered) {
        return selectMeasured(selector, Map.of(), offered);
    }

    private static String selectMeasured(
            EngineSelector selector, Map<String, Map<String, Double>> milliseconds, String... offered) {
        Map<String, GraphSpec> graphs = new LinkedHashMap<>();
        for (String engine : offered) {
            graphs.put(engine, GraphSpec.of("mixer." + engine));
        }
        ArtifactSpec mixer = new ArtifactSpec("mixer", graphs, List.of(), List.of(), 1, milliseconds);
        return selector.select(ExampleModel.load(), mixer).name();
    }
}
