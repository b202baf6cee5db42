package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import multimodal.inference.repository.GraphSpec;
import multimodal.inference.repository.Precision;
import org.junit.jupiter.api.Test;

class DeviceTest {

    private final GraphSpec half = new GraphSpec("unet.half.pt", Precision.FLOAT16, Optional.empty());
    private final GraphSpec graph = new GraphSpec("unet.pt", Precision.FLOAT32, Optional.of(half));

    @Test
    void aGraphInFloat16IsTakenOnAGpuAndNotOnACpu() {
        assertThat(Device.CUDA.graph(graph)).isEqualTo(half);
        assertThat(Device.CPU.graph(graph)).isEqualTo(graph);
    }

    @Test
    void whereThereIsOneGraphItIsForEveryDevice() {
        assertThat(Device.CUDA.graph(half)).isEqualTo(half);
        assertThat(Device.CPU.graph(half)).isEqualTo(half);
    }
}
