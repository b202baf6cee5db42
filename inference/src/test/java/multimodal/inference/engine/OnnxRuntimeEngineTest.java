package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
    void rowsAreTheSameAtEveryBatchSizeOnTheCpuOnly() {
        assertThat(engine.isBatchInvariant()).isTrue();
    }
}
