package multimodal.inference.lifecycle;

/** Hears of the models' states. Called on the thread that changes them, one event at a time; must not throw. */
@FunctionalInterface
public interface ModelListener {

    void changed(ModelEvent event);
}
