package multimodal.image.testing;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.image.steps.ControlNet;
import multimodal.inference.admission.Admission;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.admission.StepTimeEstimate;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** A ControlNet of {@link DrawnModel#versatile} that adds {@value #RESIDUAL} everywhere. Records what it is asked. */
public final class DrawnControlNet implements ModelHandle {

    public static final float RESIDUAL = 10;

    private static final ModelId ID = new ModelId("drawn-canny", "1");
    private static final long BUDGET = 1_000_000;

    private final String base;
    private final boolean followsTheSteps;
    private final List<Map<String, Tensor>> steps = new CopyOnWriteArrayList<>();
    private final List<Long> costs = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Admission admission = new Admission(ID, BUDGET, new StepTimeEstimate(), new AdmissionListener() {
        @Override
        public void admitted(ModelId model, long cost) {
            costs.add(cost);
            open.incrementAndGet();
        }

        @Override
        public void released(ModelId model, long cost) {
            open.decrementAndGet();
        }
    });

    /** @param base name of the model that it says it was trained for */
    public DrawnControlNet(String base) {
        this(base, true);
    }

    private DrawnControlNet(String base, boolean followsTheSteps) {
        this.base = base;
        this.followsTheSteps = followsTheSteps;
    }

    /** One that reads the control image alone. */
    public static DrawnControlNet constant(String base) {
        return new DrawnControlNet(base, false);
    }

    /** The model as a registry hands it out. */
    public ControlNet use() {
        open.incrementAndGet();
        return ControlNet.of(this);
    }

    /** The inputs of every step, in order. */
    public List<Map<String, Tensor>> steps() {
        return steps;
    }

    /** The cost of every permit in units, in order. */
    public List<Long> costs() {
        return costs;
    }

    /** Whether every row, permit and use was closed. */
    public boolean isIdle() {
        return open.get() == 0;
    }

    @Override
    public void close() {
        open.decrementAndGet();
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
    public Tokenizer tokenizer() {
        throw new IllegalStateException("no tokenizer in the manifest");
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        permit.context().checkLive();
        steps.add(Map.copyOf(inputs));
        Shape image = inputs.get("controlnet_cond").shape();
        return residuals(
                Shape.of(image.dimension(0), DrawnModel.CHANNELS, image.dimension(2) / 8, image.dimension(3) / 8));
    }

    @Override
    public Permit admit(RequestContext context, Cost cost) {
        return admission.admit(context, cost);
    }

    @Override
    public Row open(Permit permit, String artifact) {
        open.incrementAndGet();
        return new Row() {
            @Override
            public Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs) {
                permit.context().checkLive();
                steps.add(Map.copyOf(inputs));
                return residuals(inputs.get("sample").shape());
            }

            @Override
            public void close() {
                open.decrementAndGet();
            }
        };
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
