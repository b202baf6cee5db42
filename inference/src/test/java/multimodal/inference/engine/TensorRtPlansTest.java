package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.repository.GraphSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.repository.Precision;
import multimodal.inference.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorRtPlansTest {

    private static final GraphSpec GRAPH = GraphSpec.of("mixer.onnx");
    private static final Map<String, Shape> SHAPES = Map.of("values", Shape.of(4, 16), "index", Shape.of(4));

    @TempDir
    Path folder;

    private ModelManifest manifest;
    private TensorRtPlans plans;

    @BeforeEach
    void open() {
        manifest = ExampleModel.load();
        plans = new TensorRtPlans(folder.resolve("plans"), "8.6.1", "90 H100");
    }

    @Test
    void aPlanIsNamedByAllThatItDependsOn(@TempDir Path root) {
        Path other = ExampleModel.copyTo(root, "example", "1");
        String weights = manifest.files().get("weights.safetensors");
        ExampleModel.edit(other, weights, "0".repeat(64));
        ModelManifest retrained = new ModelRepository(List.of(root)).manifest(ExampleModel.ID);
        GraphSpec half = new GraphSpec("mixer.onnx", Precision.FLOAT16, Optional.empty());

        Set<String> names = new HashSet<>();
        names.add(name(plans, manifest, GRAPH, SHAPES));
        names.add(name(plans, retrained, GRAPH, SHAPES));
        names.add(name(plans, manifest, half, SHAPES));
        names.add(name(plans, manifest, GraphSpec.of("mixer.pt"), SHAPES));
        names.add(name(plans, manifest, GRAPH, Map.of("values", Shape.of(8, 16), "index", Shape.of(8))));
        names.add(name(new TensorRtPlans(folder, "8.6.2", "90 H100"), manifest, GRAPH, SHAPES));
        names.add(name(new TensorRtPlans(folder, "8.6.1", "80 A100"), manifest, GRAPH, SHAPES));

        assertThat(names).hasSize(7).allMatch(name -> name.matches("example-mixer-[0-9a-f]{32}\\.plan"));
        assertThat(name(plans, ExampleModel.load(), GRAPH, SHAPES)).isEqualTo(name(plans, manifest, GRAPH, SHAPES));
    }

    @Test
    void aPlanIsKeptWholeOrNotAtAll() throws IOException {
        Path plan = plans.file(manifest, GRAPH, SHAPES);
        assertThatThrownBy(() -> plans.keep(plan, unfinished -> {
                    Files.writeString(unfinished, "half a pl");
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(files()).isEmpty();

        plans.keep(plan, unfinished -> Files.writeString(unfinished, "a plan"));
        assertThat(files()).containsExactly(plan);
        assertThat(plan).hasContent("a plan");
    }

    @Test
    void trtexecIsAskedForAPlanOfTheGraph() throws IOException {
        Trtexec trtexec = program("echo \"$@\" > \"${2#--saveEngine=}\"");
        Path plan = folder.resolve("a.plan");
        trtexec.build(Path.of("graph.onnx"), plan, Precision.FLOAT32);
        assertThat(plan).content().isEqualTo("--onnx=graph.onnx --saveEngine=" + plan + " --skipInference\n");
        trtexec.build(Path.of("graph.onnx"), plan, Precision.FLOAT16);
        assertThat(plan).content().endsWith(" --skipInference --fp16\n");
    }

    @Test
    void whatTrtexecSaysLastIsToldWhenItFails() throws IOException {
        Trtexec trtexec = program("echo '[I] TensorRT version 8.6.1'; echo '[E] no GPU' >&2; exit 1");
        assertThatThrownBy(() -> trtexec.build(Path.of("graph.onnx"), folder.resolve("a.plan"), Precision.FLOAT32))
                .isInstanceOf(InferenceException.class)
                .hasMessage("trtexec: exit 1: [E] no GPU");
    }

    private Trtexec program(String script) throws IOException {
        Path file = folder.resolve("trtexec");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new Trtexec(file);
    }

    private static String name(
            TensorRtPlans plans, ModelManifest manifest, GraphSpec graph, Map<String, Shape> shapes) {
        return plans.file(manifest, graph, shapes).getFileName().toString();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.list(folder.resolve("plans"))) {
            return found.toList();
        }
    }
}
