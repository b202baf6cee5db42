package multimodal.client.command;

import java.util.concurrent.Callable;
import multimodal.client.terminal.Terminal;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks a fleet and shows what it answers. */
abstract class GatewayCommand implements Callable<Integer> {

    @Mixin
    GatewayOptions gateway;

    @Mixin
    TerminalOptions terminalOptions;

    @Spec
    CommandSpec spec;

    /** Where the answer is shown. */
    final Terminal terminal() {
        return terminalOptions.on(spec.commandLine().getOut());
    }

    /** Where it is shown how far the answer is. */
    final Terminal progress() {
        return terminalOptions.progressOn(
                spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
