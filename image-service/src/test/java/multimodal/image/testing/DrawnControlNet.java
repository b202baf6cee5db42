package multimodal.image.testing;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.image.steps.ControlNet;
import multimodal.inference.admission.Permit;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** A ControlNet of {@link DrawnModel#versatile} that adds {@value #RESIDUAL} everywhere. Records what it is asked. */
public final class DrawnControlNet extends DrawnCompanion {

    public static final float RESIDUAL = 10;

    private static final ModelId ID = new ModelId("drawn-canny", "1");

    private final String base;
    private final boolean followsTheSteps;

    /** @param base name of the model that it says it was trained for */
    public DrawnControlNet(String base) {
        this(base, true);
    }

    private DrawnControlNet(String base, boolean followsTheSteps) {
        super(ID);
        this.base = base;
        this.followsTheSteps = followsTheSteps;
    }

    /** One that reads the control image alone. */
    public static DrawnControlNet constant(String base) {
        return new DrawnControlNet(base, false);
    }

    /** The model as a registry hands it out. */
    public ControlNet use() {
        opened();
        return ControlNet.of(this);
    }

    @Override
    public ModelManifest manifest() {
        TensorSpec image = new TensorSpec("controlnet_cond", DType.FLOAT32, Shape.of(-1, 3, -1, -1));
        TensorSpec sample = new TensorSpec("sample", DType.FLOAT32, Shape.of(-1, DrawnModel.CHANNELS, -1, -1));
        List<TensorSpec> inputs = followsTheSteps ? List.of(sample, image) : List.of(image);
        ArtifactSpec artifact = new ArtifactSpec("controlnet", Map.of(), inputs, DrawnModel.RESIDUALS, 16);
        return new ModelManifest(
                ID,
                Path.of("drawn-canny", "1"),
                ControlNet.TASK,
                "arithmetic",
                "none",
                Map.of("controlnet", artifact),
                Optional.empty(),
                Optional.empty(),
                new Parameters(Map.of("base", base, "conditioning", "canny", "size", Map.of("default", 32))),
                Map.of());
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        permit.context().checkLive();
        record(inputs);
        Shape image = inputs.get("controlnet_cond").shape();
        return residuals(
                Shape.of(image.dimension(0), DrawnModel.CHANNELS, image.dimension(2) / 8, image.dimension(3) / 8));
    }

    @Override
    Map<String, Tensor> step(Permit permit, Map<String, Tensor> inputs) {
        permit.context().checkLive();
        record(inputs);
        return residuals(inputs.get("sample").shape());
    }

    private static Map<String, Tensor> residuals(Shape sample) {
        Map<String, Tensor> residuals = new HashMap<>();
        for (TensorSpec spec : DrawnModel.RESIDUALS) {
            int smaller = spec.downscale().getAsInt() / 8;
            Shape shape =
                    Shape.of(sample.dimension(0), 1, sample.dimension(2) / smaller, sample.dimension(3) / smaller);
            float[] values = new float[shape.elementCount()];
            Arrays.fill(values, RESIDUAL);
            residuals.put(spec.name(), Tensor.of(shape, values));
        }
        return residuals;
    }
}
