package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OnnxRuntimeEngineTest extends EngineContract {

    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = OnnxRuntimeEngine.open(ONE_THREAD);
    }

    @Override
    Engine engine() {
        return engine;
    }

    @Override
    String graphFile() {
        return "mixer.onnx";
    }

    @Test
    void theProviderCpuKeepsItOnTheProcessorWhateverTheDevice() {
        EngineOptions options = new EngineOptions(1, Device.CUDA, OnnxProvider.CPU);
        assertThat(OnnxRuntimeEngine.open(options).description()).endsWith(" cpu, 1 thread");
    }

    @Test
    void aProviderThatTheDeviceOrTheLibrariesDoNotHaveIsToldInOneLine() {
        EngineOptions onCpu = new EngineOptions(1, Device.CPU, OnnxProvider.TENSORRT);
        assertThatThrownBy(() -> OnnxRuntimeEngine.open(onCpu))
                .hasMessage("onnxruntime: provider: tensorrt (expected: cpu, for the device is cpu)");
        assumeTrue(Set.of(OrtProvider.CPU).equals(OrtEnvironment.getAvailableProviders()), "built with -Pcuda");
        for (OnnxProvider provider : List.of(OnnxProvider.CUDA, OnnxProvider.TENSORRT)) {
            assertThatThrownBy(() -> OnnxRuntimeEngine.open(new EngineOptions(1, Device.CUDA, provider)))
                    .hasMessage("onnxruntime: provider: %s (expected: one that its libraries have: [cpu];"
                                    .formatted(provider.name().toLowerCase(Locale.ROOT))
                            + " cure: build with -Pcuda)");
        }
    }

    @Test
    void theDescriptionTellsTheVersionOfTheLibraries() {
        assertThat(engine.description())
                .isEqualTo("onnxruntime " + OrtEnvironment.getEnvironment().getVersion() + " cpu, 1 thread");
    }

    @Test
    void rowsAreTheSameAtEveryBatchSizeOnTheCpuOnly() {
        assertThat(engine.isBatchInvariant()).isTrue();
    }

    @Test
    void callsRunSideBySideWhereOneHasSeveralThreads() {
        assertThat(engine.callsAtOnce()).isEqualTo(1);
        assertThat(OnnxRuntimeEngine.open(new EngineOptions(2, Device.CPU)).callsAtOnce())
                .isEqualTo(2);
    }
}
