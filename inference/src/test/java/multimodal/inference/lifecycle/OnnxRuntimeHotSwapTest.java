package multimodal.inference.lifecycle;

import java.nio.file.Path;
import java.util.Set;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.testing.ExampleRegistry;

class OnnxRuntimeHotSwapTest extends HotSwapContract {

    @Override
    ModelRegistry open() {
        ModelRegistry registry = ExampleRegistry.open("onnxruntime", root);
        registry.load(Set.of(ExampleRegistry.TASK));
        return registry;
    }

    @Override
    void write(int version) {
        Path folder = ExampleModel.copyTo(root, name(), Integer.toString(version));
        ExampleModel.edit(folder, "version: '1'", "version: '" + version + "'");
    }

    @Override
    String name() {
        return "example";
    }

    @Override
    int ask(ModelRegistry registry) {
        return Integer.parseInt(ExampleRegistry.ask(registry));
    }
}
