package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class WarmUpInputsTest {

    @Test
    void whatGoesWithAPictureHasItsUsualSize() {
        ArtifactSpec unet = new ArtifactSpec(
                "unet",
                Map.of(),
                List.of(
                        input("sample", 4, OptionalInt.empty()),
                        input("image", 3, OptionalInt.empty()),
                        input("mask", 1, OptionalInt.of(8)),
                        input("residual", 96, OptionalInt.of(32)),
                        input("edges", 3, OptionalInt.of(1))),
                List.of(),
                4);
        Map<String, Tensor> inputs = new WarmUpInputs(manifest(unet)).of(unet, 2);
        assertThat(inputs.get("sample").shape()).isEqualTo(Shape.of(2, 4, 16, 16));
        assertThat(inputs.get("image").shape()).isEqualTo(Shape.of(2, 3, 128, 128));
        assertThat(inputs.get("mask").shape()).isEqualTo(Shape.of(2, 1, 16, 16));
        assertThat(inputs.get("residual").shape()).isEqualTo(Shape.of(2, 96, 4, 4));
        assertThat(inputs.get("edges").shape()).isEqualTo(Shape.of(2, 3, 128, 128));
    }

    private static TensorSpec input(String name, int channels, OptionalInt downscale) {
        return new TensorSpec(name, DType.FLOAT32, Shape.of(-1, channels, -1, -1), downscale);
    }

    private static ModelManifest manifest(ArtifactSpec artifact) {
        Parameters parameters =
                new Parameters(Map.of("size", Map.of("default", 128), "latent_channels", 4, "downscale_factor", 8));
        return new ModelManifest(
                new ModelId("toy", "1"),
                Path.of("toy", "1"),
                "toys",
                "none",
                "none",
                Map.of(artifact.name(), artifact),
                Optional.empty(),
                Optional.empty(),
                parameters,
                Map.of());
    }
}
