"""What all widgets share; each widget has a folder of its own beside this.

``base`` is the class that they extend, ``neuron`` the one for widgets with an
activation, ``numbers`` has their traits, ``links`` joins widgets, ``stills``
chooses what a still picture shows, ``schema`` tells the front end what Python
knows. The JavaScript here is what every view may import.
"""
