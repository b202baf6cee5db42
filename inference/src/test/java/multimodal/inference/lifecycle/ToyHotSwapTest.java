package multimodal.inference.lifecycle;

import java.util.Set;
import multimodal.inference.testing.ToyModels;

class ToyHotSwapTest extends HotSwapContract {

    @Override
    ModelRegistry open() {
        ModelRegistry registry = new ToyModels(root).registry(LifecycleSettings.DEFAULT);
        registry.load(Set.of(ToyModels.TASK));
        return registry;
    }

    @Override
    void write(int version) {
        new ToyModels(root).write(name(), Integer.toString(version));
    }

    @Override
    String name() {
        return "adder";
    }

    @Override
    int ask(ModelRegistry registry) {
        return (int) ToyModels.ask(registry);
    }
}
