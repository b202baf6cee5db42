package multimodal.client;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import multimodal.client.command.AskCommand;
import multimodal.client.command.AwaitCommand;
import multimodal.client.command.CaptionCommand;
import multimodal.client.command.CollectionsCommand;
import multimodal.client.command.DemoCommand;
import multimodal.client.command.ImageCommand;
import multimodal.client.command.IndexCommand;
import multimodal.client.command.RunCommand;
import multimodal.client.command.SearchCommand;
import multimodal.client.command.StatusCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind the script {@code fleet}. */
@Command(
        name = "fleet",
        description = "Client of a Multimodal Fleet.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ImageCommand.class,
            CaptionCommand.class,
            AskCommand.class,
            IndexCommand.class,
            SearchCommand.class,
            CollectionsCommand.class,
            RunCommand.class,
            DemoCommand.class,
            AwaitCommand.class,
            StatusCommand.class
        })
public final class FleetCommand {

    private FleetCommand() {}

    /** Exits with 0 for success, 1 for a failure, which is told in one line, and 2 for wrong arguments. */
    public static void main(String[] arguments) {
        System.exit(commandLine()
                .setOut(utf8(FileDescriptor.out))
                .setErr(utf8(FileDescriptor.err))
                .execute(arguments));
    }

    private static PrintWriter utf8(FileDescriptor stream) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(stream), StandardCharsets.UTF_8));
    }

    /** The command line, for a program that has its own streams. */
    public static CommandLine commandLine() {
        CommandLine fleet = new CommandLine(new FleetCommand());
        // Options as they are declared, those that belong together side by side.
        fleet.getSubcommands().values().forEach(command -> command.getCommandSpec()
                .usageMessage()
                .sortOptions(false)
                .abbreviateSynopsis(true));
        return fleet.setOverwrittenOptionsAllowed(true).setExecutionExceptionHandler((failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            err.println("fleet: " + Failures.line(failure));
            err.flush();
            return CommandLine.ExitCode.SOFTWARE;
        });
    }
}
