package multimodal.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import multimodal.inference.engine.Device;
import multimodal.inference.engine.Engine;
import multimodal.inference.engine.EngineOptions;
import multimodal.inference.engine.EngineSelector;
import multimodal.inference.engine.Graph;
import multimodal.inference.engine.OnnxProvider;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.repository.Precision;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs every artifact of a repository under every engine that this machine has: how far it is from ONNX Runtime on the CPU, and
 * how long a row takes, alone and among eight. An engine that cannot be had is told in one line.
 */
@Command(name = "engines", mixinStandardHelpOptions = true)
public final class EnginesCommand implements Callable<Integer> {

    private static final int[] BATCHES = {1, 8};
    private static final int TOKENS = 24;
    private static final int LATENT_SIDE = 8;
    private static final int IMAGE_SIDE = 128;
    private static final int TIMESTEPS = 1000;
    private static final int FIRST_WORD = 3;
    private static final int WORDS = 200;
    /** GPUs may compute the convolutions of float32 in it. */
    private static final double TF32 = 1e-3;

    @Option(names = "--repository", required = true, description = "model repository")
    private Path repository;

    @Option(names = "--device", defaultValue = "CUDA", description = "${COMPLETION-CANDIDATES}")
    private Device device;

    @Option(names = "--threads", defaultValue = "1", description = "threads of one call on the CPU")
    private int threads;

    @Option(names = "--calls", defaultValue = "50", description = "calls whose median counts")
    private int calls;

    @Option(names = "--without", description = "an engine to leave out")
    private List<String> without = List.of();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new EnginesCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() {
        EngineSelector reference =
                EngineSelector.create(Optional.of("onnxruntime"), new EngineOptions(threads, Device.CPU));
        Map<String, EngineSelector> contenders = contenders();
        ModelRepository models = new ModelRepository(List.of(repository));
        for (ModelManifest manifest : models.models().stream().map(models::load).toList()) {
            for (ArtifactSpec artifact : manifest.artifacts().values()) {
                try (Graph expected = reference.select(manifest, artifact).load(manifest, artifact)) {
                    tell(manifest, artifact, "onnxruntime on the cpu", expected, expected, Precision.FLOAT32);
                    contenders.forEach((name, selector) -> attempt(manifest, artifact, name, selector, expected));
                }
            }
        }
        return 0;
    }

    private Map<String, EngineSelector> contenders() {
        EngineOptions options = new EngineOptions(threads, device);
        Map<String, EngineSelector> contenders = new LinkedHashMap<>();
        contenders.put("pytorch", EngineSelector.create(Optional.of("pytorch"), options));
        if (device == Device.CUDA) {
            contenders.put("onnxruntime", EngineSelector.create(Optional.of("onnxruntime"), options));
            contenders.put(
                    "onnxruntime with tensorrt",
                    EngineSelector.create(Optional.of("onnxruntime"), options.withProvider(OnnxProvider.TENSORRT)));
            contenders.put("tensorrt", EngineSelector.create(Optional.of("tensorrt"), options));
        }
        contenders.keySet().removeAll(without);
        return contenders;
    }

    private void attempt(
            ModelManifest manifest, ArtifactSpec artifact, String name, EngineSelector selector, Graph expected) {
        try {
            Engine engine = selector.select(manifest, artifact);
            Precision precision =
                    device.graph(artifact.graphs().get(engine.name())).precision();
            try (Graph graph = engine.load(manifest, artifact)) {
                tell(manifest, artifact, name + " on " + device, graph, expected, precision);
            }
        } catch (InferenceException e) {
            System.out.printf("%s %s, %s: none: %s%n", manifest.id(), artifact.name(), name, e.getMessage());
        }
    }

    private void tell(
            ModelManifest manifest,
            ArtifactSpec artifact,
            String name,
            Graph graph,
            Graph expected,
            Precision precision) {
        double difference = 0;
        double[] millis = new double[BATCHES.length];
        for (int i = 0; i < BATCHES.length; i++) {
            Map<String, Tensor> inputs = inputs(artifact, BATCHES[i]);
            difference = Math.max(difference, difference(graph.run(inputs), expected.run(inputs)));
            millis[i] = medianMillis(graph, inputs) / BATCHES[i];
        }
        System.out.printf(
                Locale.ROOT,
                "%s %s, %s, %s: %.3f ms a row alone, %.3f among eight; differs by %.1e of the largest value%s%n",
                manifest.id(),
                artifact.name(),
                name,
                precision.manifestName(),
                millis[0],
                millis[1],
                difference,
                difference <= tolerance(precision)
                        ? ""
                        : ": too much (expected: at most " + tolerance(precision) + ")");
    }

    /** Bytes are not held to a distance: there the quality of the whole model counts. */
    private double tolerance(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> device == Device.CUDA ? TF32 : 1e-4;
            case FLOAT16 -> 1e-2;
            case INT8 -> Double.POSITIVE_INFINITY;
        };
    }

    private double medianMillis(Graph graph, Map<String, Tensor> inputs) {
        long[] nanos = new long[calls];
        for (int call = 0; call < calls; call++) {
            long start = System.nanoTime();
            graph.run(inputs);
            nanos[call] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[calls / 2] / 1e6;
    }

    /** The largest distance of two values, relative to the largest expected one. */
    private static double difference(Map<String, Tensor> found, Map<String, Tensor> expected) {
        double worst = 0;
        for (Map.Entry<String, Tensor> output : expected.entrySet()) {
            float[] wanted = output.getValue().floats();
            float[] given = found.get(output.getKey()).floats();
            double largest = 1e-12;
            double distance = 0;
            for (int i = 0; i < wanted.length; i++) {
                largest = Math.max(largest, Math.abs(wanted[i]));
                distance = Math.max(distance, Math.abs(wanted[i] - given[i]));
            }
            worst = Math.max(worst, distance / largest);
        }
        return worst;
    }

    private static Map<String, Tensor> inputs(ArtifactSpec artifact, int rows) {
        Random random = new Random(0);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (TensorSpec spec : artifact.inputs()) {
            Shape shape = shape(spec, rows);
            inputs.put(
                    spec.name(),
                    switch (spec.dtype()) {
                        case FLOAT32 -> Tensor.of(shape, gaussians(random, shape.elementCount()));
                        case INT64 -> Tensor.of(shape, integers(random, spec.name(), shape.elementCount()));
                    });
        }
        return inputs;
    }

    private static Shape shape(TensorSpec spec, int rows) {
        int[] extents =
                spec.shape().dimensions().stream().mapToInt(Integer::intValue).toArray();
        int side = extents.length < 4 ? TOKENS : extents[1] == 3 ? IMAGE_SIDE : LATENT_SIDE;
        int free = spec.downscale().isPresent() ? IMAGE_SIDE / spec.downscale().getAsInt() : side;
        extents[0] = rows;
        return Shape.of(Arrays.stream(extents)
                .map(extent -> extent == Shape.ANY ? free : extent)
                .toArray());
    }

    private static float[] gaussians(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Masks of ones, a past that is all real, timesteps, ids of words. */
    private static long[] integers(Random random, String name, int count) {
        return switch (name) {
            case "attention_mask" -> filled(count, 1);
            case "past_length" -> filled(count, LATENT_SIDE);
            case "timestep" -> random.longs(count, 0, TIMESTEPS).toArray();
            default -> random.longs(count, FIRST_WORD, WORDS).toArray();
        };
    }

    private static long[] filled(int count, long value) {
        long[] values = new long[count];
        Arrays.fill(values, value);
        return values;
    }
}
