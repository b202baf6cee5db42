package multimodal.inference.repository;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;

/** Reads one entry of {@code artifacts}. */
final class ArtifactReader {

    private static final List<String> ENGINES = List.of("onnxruntime", "pytorch", "tensorrt");
    private static final List<String> DEVICES = List.of("cpu", "cuda");
    private static final int MAX_BATCH = 4096;
    private static final int MAX_DOWNSCALE = 4096;

    private ArtifactReader() {}

    static ArtifactSpec read(String name, ManifestSection section, ManifestFiles files) {
        Map<String, GraphSpec> graphs = section.section("graphs")
                .map(graphsSection -> graphs(graphsSection, files))
                .orElse(Map.of());
        List<TensorSpec> inputs = tensors(section, "inputs");
        List<TensorSpec> outputs = tensors(section, "outputs");
        int maxBatch = section.integer("max_batch", 1, MAX_BATCH);
        Map<String, Map<String, Double>> milliseconds = section.optionalSection("milliseconds")
                .map(devices -> milliseconds(devices, graphs.keySet()))
                .orElse(Map.of());
        section.refuseOthers();
        return new ArtifactSpec(name, graphs, inputs, outputs, maxBatch, milliseconds);
    }

    private static Map<String, GraphSpec> graphs(ManifestSection section, ManifestFiles files) {
        Map<String, GraphSpec> graphs = new LinkedHashMap<>();
        for (String engine : section.keys()) {
            if (ENGINES.contains(engine)) {
                section.section(engine).ifPresent(graph -> graphs.put(engine, graph(graph, files)));
            }
        }
        section.refuseOthersThan(ENGINES);
        return Collections.unmodifiableMap(graphs);
    }

    private static GraphSpec graph(ManifestSection section, ManifestFiles files) {
        String file = files.reference(section, "file");
        Precision precision = section.has("dtype") ? precision(section) : Precision.FLOAT32;
        Optional<GraphSpec> onCuda = section.optionalSection("cuda").map(graph -> graphOfDevice(graph, files));
        section.refuseOthers();
        return new GraphSpec(file, precision, onCuda);
    }

    private static GraphSpec graphOfDevice(ManifestSection section, ManifestFiles files) {
        String file = files.reference(section, "file");
        Precision precision = precision(section);
        section.refuseOthers();
        return new GraphSpec(file, precision, Optional.empty());
    }

    private static Precision precision(ManifestSection section) {
        return section.named("dtype", Precision.values(), Precision::manifestName, "float32, float16 or int8")
                .orElse(Precision.FLOAT32);
    }

    private static Map<String, Map<String, Double>> milliseconds(ManifestSection section, Set<String> engines) {
        Map<String, Map<String, Double>> devices = new LinkedHashMap<>();
        for (String device : section.keys()) {
            if (DEVICES.contains(device)) {
                section.section(device).ifPresent(times -> {
                    Map<String, Double> measured = new LinkedHashMap<>();
                    for (String engine : times.keys()) {
                        measured.put(engine, times.positive(engine));
                    }
                    times.refuseOthersThan(engines);
                    devices.put(device, Collections.unmodifiableMap(measured));
                });
            }
        }
        section.refuseOthersThan(DEVICES);
        return Collections.unmodifiableMap(devices);
    }

    private static List<TensorSpec> tensors(ManifestSection section, String key) {
        List<TensorSpec> specs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ManifestSection tensor : section.sections(key)) {
            String name = tensor.text("name");
            if (!name.isEmpty() && !names.add(name)) {
                tensor.fault("name", name, "each name once");
            }
            specs.add(new TensorSpec(name, dtype(tensor), shape(tensor), downscale(tensor)));
            tensor.refuseOthers();
        }
        return Collections.unmodifiableList(specs);
    }

    private static OptionalInt downscale(ManifestSection tensor) {
        return tensor.has("downscale")
                ? OptionalInt.of(tensor.integer("downscale", 1, MAX_DOWNSCALE))
                : OptionalInt.empty();
    }

    private static DType dtype(ManifestSection tensor) {
        return tensor.named("dtype", DType.values(), DType::manifestName, "float32 or int64")
                .orElse(DType.FLOAT32);
    }

    private static Shape shape(ManifestSection tensor) {
        List<Integer> extents = tensor.integers("shape", Shape.ANY, Integer.MAX_VALUE);
        if (tensor.has("shape") && (extents.isEmpty() || extents.get(0) != Shape.ANY)) {
            tensor.fault("shape", extents, "-1 (rows) first");
        }
        return new Shape(extents);
    }
}
