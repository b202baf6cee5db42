package multimodal.inference.repository;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;

/** Reads one entry of {@code artifacts}. */
final class ArtifactReader {

    private static final List<String> ENGINES = List.of("onnxruntime", "pytorch", "tensorrt");
    private static final int MAX_BATCH = 4096;

    private ArtifactReader() {}

    static ArtifactSpec read(String name, ManifestSection section, ManifestFiles files) {
        Map<String, String> graphs = section.section("graphs")
                .map(graphsSection -> graphs(graphsSection, files))
                .orElse(Map.of());
        List<TensorSpec> inputs = tensors(section, "inputs");
        List<TensorSpec> outputs = tensors(section, "outputs");
        int maxBatch = section.integer("max_batch", 1, MAX_BATCH);
        section.refuseOthers();
        return new ArtifactSpec(name, graphs, inputs, outputs, maxBatch);
    }

    private static Map<String, String> graphs(ManifestSection section, ManifestFiles files) {
        Map<String, String> graphs = new LinkedHashMap<>();
        for (String engine : section.keys()) {
            if (ENGINES.contains(engine)) {
                section.section(engine).ifPresent(graph -> {
                    graphs.put(engine, files.reference(graph, "file"));
                    graph.refuseOthers();
                });
            }
        }
        section.refuseOthersThan(ENGINES);
        return Collections.unmodifiableMap(graphs);
    }

    private static List<TensorSpec> tensors(ManifestSection section, String key) {
        List<TensorSpec> specs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ManifestSection tensor : section.sections(key)) {
            String name = tensor.text("name");
            if (!name.isEmpty() && !names.add(name)) {
                tensor.fault("name", name, "each name once");
            }
            specs.add(new TensorSpec(name, dtype(tensor), shape(tensor)));
            tensor.refuseOthers();
        }
        return Collections.unmodifiableList(specs);
    }

    private static DType dtype(ManifestSection tensor) {
        String name = tensor.text("dtype");
        Optional<DType> dtype = Arrays.stream(DType.values())
                .filter(type -> type.manifestName().equals(name))
                .findFirst();
        if (dtype.isEmpty() && !name.isEmpty()) {
            tensor.fault("dtype", name, "float32 or int64");
        }
        return dtype.orElse(DType.FLOAT32);
    }

    private static Shape shape(ManifestSection tensor) {
        List<Integer> extents = tensor.integers("shape", Shape.ANY, Integer.MAX_VALUE);
        if (tensor.has("shape") && (extents.isEmpty() || extents.get(0) != Shape.ANY)) {
            tensor.fault("shape", extents, "-1 (rows) first");
        }
        return new Shape(extents);
    }
}
